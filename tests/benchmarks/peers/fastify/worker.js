// Sends what the queue holds, over a pool of SMTP sessions.
import { connect as connectTo } from 'node:net';
import { createTransport } from 'nodemailer';
import { Worker } from 'bullmq';
import { connect, QUEUE } from './queue.js';

// Nodemailer leaves Nagle's algorithm on: its last small write waits about 40 ms for the far side's delayed ACK. There is no
// setting for it; whoever finds out connects by himself.
const getSocket = (options, callback) => {
  const connection = connectTo({ host: options.host, port: options.port, noDelay: true });
  connection.once('error', callback);
  connection.once('connect', () => {
    connection.off('error', callback);
    callback(null, { connection });
  });
};

const transport = createTransport({
  pool: true,
  host: '127.0.0.1',
  port: Number(process.env.SMTP_PORT),
  ...(process.env.SMTP_NO_DELAY === '1' && { getSocket }),
  secure: false,
  ignoreTLS: true,
  maxConnections: Number(process.env.SMTP_CONNECTIONS),
  maxMessages: 1000,
});

const list = (addresses) => (addresses === undefined ? [] : [addresses].flat());
const mailbox = (address) => (typeof address === 'string' ? address : { name: address.name ?? '', address: address.email });

const worker = new Worker(
  QUEUE,
  async (job) => {
    const message = job.data;
    const info = await transport.sendMail({
      from: mailbox(message.from),
      to: list(message.to).map(mailbox),
      cc: list(message.cc).map(mailbox),
      bcc: list(message.bcc).map(mailbox),
      replyTo: list(message.reply_to).map(mailbox),
      subject: message.subject,
      text: message.text,
      html: message.html,
      headers: message.headers,
    });
    return { message_id: info.messageId, response: info.response };
  },
  { connection: connect(), concurrency: 50 },
);

worker.on('failed', (job, error) => console.error(`${job?.id}: ${error.message}`));
worker.on('error', (error) => console.error(error.message));

process.on('SIGTERM', async () => {
  await worker.close();
  transport.close();
  process.exit(0);
});
