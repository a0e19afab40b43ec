const address = {
  anyOf: [
    { type: 'string', minLength: 3, maxLength: 320 },
    {
      type: 'object',
      required: ['email'],
      additionalProperties: false,
      properties: {
        email: { type: 'string', minLength: 3, maxLength: 320 },
        name: { type: 'string', maxLength: 200 },
      },
    },
  ],
};

const addresses = { anyOf: [address, { type: 'array', minItems: 1, maxItems: 50, items: address }] };

/** The fields of POST /v1/messages that this application knows. */
export const messageSchema = {
  type: 'object',
  required: ['from', 'to', 'subject'],
  anyOf: [{ required: ['text'] }, { required: ['html'] }],
  additionalProperties: false,
  properties: {
    from: address,
    to: addresses,
    cc: addresses,
    bcc: addresses,
    reply_to: addresses,
    subject: { type: 'string', maxLength: 998 },
    text: { type: 'string', maxLength: 5242880 },
    html: { type: 'string', maxLength: 5242880 },
    headers: { type: 'object', additionalProperties: { type: 'string', maxLength: 998 } },
    tags: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 64 } },
    metadata: { type: 'object', additionalProperties: { type: 'string', maxLength: 500 } },
    send_at: { type: ['string', 'null'] },
  },
};
