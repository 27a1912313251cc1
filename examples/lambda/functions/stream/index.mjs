// Counts aloud: each number leaves as soon as it is written, and arrives long before the last one.
import { setTimeout as pause } from 'node:timers/promises';

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const last = Number(event.queryStringParameters?.to ?? 3);
  const metadata = { statusCode: 200, headers: { 'content-type': 'text/plain' } };
  stream = awslambda.HttpResponseStream.from(stream, metadata);
  for (let number = 1; number <= last; number += 1) {
    stream.write(`${number}\n`);
    await pause(100);
  }
  stream.end();
});
