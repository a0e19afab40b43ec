// A receiver of webhooks: WEBHOOK_SECRET=whsec_… PORT=3000 node docs/receivers/node/receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace('whsec_', ''), 'base64')
const tolerance = 5 * 60
const maxBody = 1024 * 1024

// In earnest: a unique column in your database, written together with what the event makes you do.
const seen = new Set()

function verify(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (!id || !signatures || !/^\d{1,15}$/.test(timestamp ?? '') || Math.abs(Date.now() / 1000 - timestamp) > tolerance) {
    return false
  }

  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  const expected = Buffer.from(`v1,${mac}`)
  return signatures.split(' ').map(s => Buffer.from(s))
    .some(given => given.length === expected.length && timingSafeEqual(given, expected))
}

async function read(request) {
  const parts = []
  let length = 0
  for await (const part of request) {
    length += part.length
    if (length > maxBody) throw new Error('The body is too large.')
    parts.push(part)
  }

  // The bytes as they came: JSON that was parsed and written again has another signature.
  return Buffer.concat(parts)
}

async function answer(request) {
  if (request.method !== 'POST' || request.url !== '/hook') return 404
  const body = await read(request)
  if (!verify(request.headers, body)) return 401

  const event = JSON.parse(body)
  if (!seen.has(request.headers['webhook-id'])) {
    seen.add(request.headers['webhook-id'])
    // Hand it to a queue of yours here, and answer at once.
    console.log(`${event.id} ${event.type}`)
  }

  return 204
}

createServer((request, response) => {
  answer(request).catch(() => 400).then(status => response.writeHead(status).end())
}).listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
