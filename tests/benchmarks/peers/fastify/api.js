// Takes messages: validates, puts a job into Redis, answers 202 when Redis has it on disk.
import { randomUUID, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import { Queue } from 'bullmq';
import { connect, QUEUE } from './queue.js';
import { messageSchema } from './message.schema.js';

const expected = Buffer.from(`Bearer ${process.env.API_KEY}`);
const queue = new Queue(QUEUE, {
  connection: connect(),
  defaultJobOptions: {
    attempts: 8,
    backoff: { type: 'exponential', delay: 60_000 },
    removeOnComplete: { age: 3600, count: 1000 },
    removeOnFail: { age: 24 * 3600 },
  },
});

const app = Fastify({ bodyLimit: 50 * 1024 * 1024 });

app.addHook('onRequest', async (request, reply) => {
  const given = Buffer.from(request.headers.authorization ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return reply.code(401).send({ code: 'unauthorized' });
  }
});

app.post('/v1/messages', { schema: { body: messageSchema } }, async (request, reply) => {
  const message = request.body;
  const id = randomUUID();
  const delay = message.send_at ? Math.max(0, Date.parse(message.send_at) - Date.now()) : 0;
  await queue.add('send', message, { jobId: id, delay });
  return reply.code(202).send({ id, status: delay > 0 ? 'scheduled' : 'queued', created_at: new Date().toISOString() });
});

process.on('SIGTERM', async () => {
  await app.close();
  await queue.close();
  process.exit(0);
});

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
