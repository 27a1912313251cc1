// Calls as the JavaScript SDK v3 makes them. Arguments: the local Lambda's URL, the folder with node_modules.
import { createRequire } from 'node:module';

const { LambdaClient, InvokeCommand } = createRequire(`${process.argv[3]}/`)('@aws-sdk/client-lambda');
const client = (secretAccessKey) => new LambdaClient({
  endpoint: process.argv[2], region: 'us-east-1', maxAttempts: 1, credentials: { accessKeyId: 'local', secretAccessKey },
});
const good = client('local');
const invoke = (input, by = good) => by.send(new InvokeCommand(input));
const value = (reply) => JSON.parse(Buffer.from(reply.Payload).toString());

let reply = await invoke({ FunctionName: 'go', Payload: JSON.stringify({ n: 20 }), LogType: 'Tail' });
console.log(reply.StatusCode, reply.ExecutedVersion, value(reply));
const tail = Buffer.from(reply.LogResult, 'base64').toString();
const words = ['START RequestId', 'said so', 'END RequestId', 'REPORT RequestId'].filter((word) => tail.includes(word));
console.log(`[${words.map((word) => `'${word}'`).join(', ')}]`);
for (const [FunctionName, Qualifier] of [
  ['go:live'], ['go', 'live'], ['go', '7'],
  ['arn:aws:lambda:us-east-1:000000000000:function:go:live'], ['000000000000:function:go'],
]) {
  reply = await invoke({ FunctionName, Qualifier, Payload: '{"n": 1}' });
  console.log(FunctionName, Qualifier ?? 'None', reply.StatusCode, reply.ExecutedVersion);
}
for (const InvocationType of ['Event', 'DryRun']) {
  console.log(InvocationType, (await invoke({ FunctionName: 'go', InvocationType, Payload: '{"n": 1}' })).StatusCode);
}
const ClientContext = Buffer.from(JSON.stringify({ custom: { from: 'here' } })).toString('base64');
const [custom, tenant] = value(await invoke({ FunctionName: 'context', ClientContext, TenantId: 'blue' }));
console.log(`[{'from': '${custom.from}'}, '${tenant}']`);
const failed = await invoke({ FunctionName: 'go', Payload: '{}' });
console.log(failed.StatusCode, failed.FunctionError, value(failed).errorType);
for (const call of [
  () => invoke({ FunctionName: 'nobody' }), () => invoke({ FunctionName: 'go', Qualifier: 'absent' }),
  () => invoke({ FunctionName: 'go' }, client('wrong')), () => invoke({ FunctionName: 'go', Payload: '{"n":' }),
  () => invoke({ FunctionName: 'busy' }),
]) {
  await call().then(() => console.log('it went well'), (error) => {
    console.log(error.$metadata.httpStatusCode, error.name, error.Reason ?? 'None', error.retryAfterSeconds ?? 'None');
  });
}
