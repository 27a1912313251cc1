// Streamed calls as the JavaScript SDK v3 makes them: the function goes on only when the first piece is here. Arguments:
// the local Lambda's URL, the file that the function waits for, the folder with node_modules.
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { LambdaClient, InvokeWithResponseStreamCommand } = createRequire(`${process.argv[4]}/`)('@aws-sdk/client-lambda');
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new LambdaClient({ endpoint: process.argv[2], region: 'us-east-1', credentials });
for (const [FunctionName, event] of [
  ['flow', {}], ['flow', { fail: 'late' }], ['flow', { fail: 'early' }], ['go', { n: 1 }],
]) {
  const Payload = JSON.stringify(event);
  const reply = await client.send(new InvokeWithResponseStreamCommand({ FunctionName, Payload, LogType: 'Tail' }));
  console.log(FunctionName, reply.StatusCode, reply.ExecutedVersion);
  for await (const piece of reply.EventStream) {
    if (piece.PayloadChunk) {
      console.log('piece', Buffer.from(piece.PayloadChunk.Payload).toString().trim());
      writeFileSync(process.argv[3], '');
    } else {
      const { ErrorCode = 'None', ErrorDetails, LogResult } = piece.InvokeComplete;
      const details = ErrorDetails ? JSON.parse(ErrorDetails).errorMessage : 'None';
      const tail = Buffer.from(LogResult, 'base64').toString();
      console.log('end', ErrorCode, details, tail.includes('REPORT RequestId') ? 'True' : 'False');
    }
  }
  rmSync(process.argv[3], { force: true });
}
