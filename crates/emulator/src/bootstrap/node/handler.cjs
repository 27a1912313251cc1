// The handler: found, run, and what happens beside it.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { format } = require('node:util');

async function load(name) {
  const folder = path.dirname(name);
  const [stem, ...members] = path.basename(name).split('.');
  if (!stem || members.length === 0) {
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const base = path.resolve(environment.LAMBDA_TASK_ROOT, folder, stem);
  const file = ['.mjs', '.js', '.cjs'].map((end) => base + end).find((candidate) => fs.existsSync(candidate));
  if (!file) {
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${stem}'`);
  }
  const module = await import(pathToFileURL(file).href).catch((error) => { throw notLoaded(error, file); });
  const within = (value) => members.reduce((inner, member) => inner?.[member], value);
  const handler = within(module) ?? within(module.default);
  if (typeof handler !== 'function') {
    const state = handler === undefined ? 'undefined or not exported' : 'not a function';
    throw new RuntimeError('Runtime.HandlerNotFound', `${path.basename(name)} is ${state}`);
  }
  return handler;
}

function notLoaded(error, file) {
  if (error instanceof SyntaxError) {
    // What an ES module's error leaves out is the place.
    const checked = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' }).stderr;
    const place = String(checked || error.stack).split('\n').slice(0, 5);
    return new RuntimeError('Runtime.UserCodeSyntaxError', String(error), [...place, String(error)]);
  }
  if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') {
    return new RuntimeError('Runtime.ImportModuleError', String(error), String(error.stack).split('\n'));
  }
  return error;
}

function context(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const client = headers['lambda-runtime-client-context'];
  const identity = headers['lambda-runtime-cognito-identity'];
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: client ? JSON.parse(client) : undefined,
    identity: identity ? JSON.parse(identity) : undefined,
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// Promise or callback, whichever the handler uses; with neither, null once nothing is left to do.
function run(handler, event, headers) {
  return new Promise((resolve, reject) => {
    current.idle = () => resolve(null);
    const details = context(headers);
    details.done = (error, result) => (error == null ? resolve(result) : reject(error));
    details.succeed = resolve;
    details.fail = (error) => reject(error ?? 'handled');
    const callback = (error, result) => {
      if (error != null || !details.callbackWaitsForEmptyEventLoop) {
        details.done(error, result);
      } else {
        current.idle = () => resolve(result);
      }
    };
    const returned = handler(event, details, callback);
    if (typeof returned?.then === 'function') {
      returned.then(resolve, reject);
    }
  });
}

// A streaming handler: the call is over when its stream is.
async function flow(handler, event, headers) {
  const stream = new ResponseStream(current.id, handler[HIGH_WATER_MARK]);
  current.stream = stream;
  current.idle = () => stream.fail(new Error('The response stream was never ended.'));
  try {
    await handler(event, stream, context(headers));
  } catch (error) {
    stream.fail(error);
  }
  await stream.over;
}

function marshal(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw new RuntimeError('Runtime.MarshalError', `Unable to stringify response body: ${error.message}`);
  }
}

async function serve(handler) {
  const { headers, body } = await exchange('GET', 'invocation/next');
  const id = headers['lambda-runtime-aws-request-id'];
  if (headers['lambda-runtime-trace-id']) {
    environment._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  } else {
    delete environment._X_AMZN_TRACE_ID;
  }
  current = { id };
  if (handler[STREAMING] === 'response') {
    await flow(handler, JSON.parse(body.toString()), headers);
    current = null;
    return;
  }
  let result;
  try {
    result = marshal(await run(handler, JSON.parse(body.toString()), headers));
  } catch (error) {
    const described = describe(error);
    logError('Invoke Error', described);
    current = null;
    await tellError(`invocation/${id}/error`, described);
    return;
  }
  current = null;
  await tellResult(`invocation/${id}/response`, result);
}

// ---- what happens beside the handler

process.on('beforeExit', () => current?.idle?.());

async function crash(error, code) {
  if (current?.stream) {
    await current.stream.fail(error);
  } else {
    const described = describe(error);
    logError('Uncaught Exception', described);
    if (current) {
      await tellError(`invocation/${current.id}/error`, described);
    }
  }
  process.exit(code);
}

process.on('uncaughtException', (error) => crash(error, 129));
process.on('unhandledRejection', (reason) => {
  const kind = 'Runtime.UnhandledPromiseRejection';
  const trace = reason instanceof Error ? String(reason.stack).split('\n').slice(1) : [];
  crash(new RuntimeError(kind, String(reason), [`${kind}: ${reason}`, ...trace]), 128);
});

const levels = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };
for (const [name, level] of Object.entries(levels)) {
  console[name] = (...values) => {
    process.stdout.write(`${new Date().toISOString()}\t${current?.id ?? 'undefined'}\t${level}\t${format(...values)}\n`);
  };
}

async function main() {
  let handler;
  try {
    handler = await load(environment._HANDLER);
  } catch (error) {
    const described = describe(error);
    logError('Uncaught Exception', described);
    await tellError('init/error', described);
    process.exit(1);
  }
  for (;;) {
    await serve(handler);
  }
}

main();
