import { Redis } from 'ioredis';

export const QUEUE = 'mail';

/** BullMQ asks for unlimited retries, so that a worker outlives a restart of Redis. */
export const connect = () => new Redis(Number(process.env.REDIS_PORT), '127.0.0.1', { maxRetriesPerRequest: null });
