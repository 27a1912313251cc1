// Runs a Node function against the Runtime API. Needs Node 20 or newer, nothing else.
//
// Comes through standard input and is CommonJS, so that no option of ours is inherited by what a function forks;
// functions themselves may be ES modules.
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { format } = require('node:util');

const environment = process.env;
const [host, port] = environment.AWS_LAMBDA_RUNTIME_API.split(':');

// The call that runs: its id, and what ends it from outside.
let current = null;

class RuntimeError extends Error {
  constructor(kind, message, trace = []) {
    super(message);
    this.name = kind;
    this.trace = trace;
  }
}

// One kept connection, one exchange at a time. While none runs it does not keep the process alive.
const api = {
  socket: net.connect({ host, port: Number(port), noDelay: true }),
  received: [],
  length: 0,
  // Length of the whole answer, once its head is there.
  expected: Infinity,
  answer: null,
  settle: null,
};

// The gateway is gone, and nobody is left to be told.
api.socket.on('error', () => process.exit(1));
api.socket.on('end', () => process.exit(1));
api.socket.on('data', (part) => {
  api.received.push(part);
  api.length += part.length;
  if (!api.answer) {
    readHead();
  }
  if (api.length >= api.expected) {
    const { answer, settle, expected } = api;
    answer.body = whole().subarray(answer.start, expected);
    Object.assign(api, { received: [], length: 0, expected: Infinity, answer: null, settle: null });
    api.socket.unref();
    settle(answer);
  }
});

function whole() {
  if (api.received.length > 1) {
    api.received = [Buffer.concat(api.received)];
  }
  return api.received[0];
}

function readHead() {
  const bytes = whole();
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) {
    return;
  }
  const [first, ...lines] = bytes.toString('utf8', 0, end).split('\r\n');
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  api.answer = { status: Number(first.split(' ')[1]), headers, start: end + 4 };
  api.expected = end + 4 + Number(headers['content-length'] ?? 0);
}

function exchange(method, route, body = '', headers = '') {
  const head = `${method} /2018-06-01/runtime/${route} HTTP/1.1\r\nHost: ${environment.AWS_LAMBDA_RUNTIME_API}\r\n`
    + `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n`;
  return new Promise((resolve) => {
    api.settle = resolve;
    api.socket.ref();
    api.socket.write(head + body);
  });
}

function tellError(route, error) {
  const kind = String(error.errorType).replace(/[^\w.]/g, '');
  return exchange('POST', route, JSON.stringify(error), `Lambda-Runtime-Function-Error-Type: ${kind}\r\n`);
}

function describe(error) {
  if (error instanceof RuntimeError) {
    return { errorType: error.name, errorMessage: error.message, trace: error.trace };
  }
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

// ---- the handler

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
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: client ? JSON.parse(client) : undefined,
    identity: undefined,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// Promise or callback, whichever the handler uses; with neither, null once nothing is left to do.
function run(handler, event, headers) {
  return new Promise((resolve, reject) => {
    current.finish = resolve;
    const details = context(headers);
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    details.done = callback;
    details.succeed = resolve;
    details.fail = (error) => reject(error ?? 'handled');
    const returned = handler(event, details, callback);
    if (typeof returned?.then === 'function') {
      returned.then(resolve, reject);
    }
  });
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
  environment._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
  current = { id };
  let result;
  try {
    result = marshal(await run(handler, JSON.parse(body.toString()), headers));
  } catch (error) {
    const described = describe(error);
    console.error('Invoke Error', JSON.stringify(described));
    current = null;
    await tellError(`invocation/${id}/error`, described);
    return;
  }
  current = null;
  const answer = await exchange('POST', `invocation/${id}/response`, result);
  if (answer.status !== 202) {
    console.error('the response was refused:', answer.body.toString());
  }
}

// ---- what happens beside the handler

process.on('beforeExit', () => current?.finish?.(null));

async function crash(error, code) {
  const described = describe(error);
  console.error('Uncaught Exception', JSON.stringify(described));
  if (current) {
    await tellError(`invocation/${current.id}/error`, described);
  }
  process.exit(code);
}

process.on('uncaughtException', (error) => crash(error, 129));
process.on('unhandledRejection', (reason) => {
  const trace = reason instanceof Error ? String(reason.stack).split('\n') : [];
  crash(new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason), trace), 128);
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
    console.error('Uncaught Exception', JSON.stringify(described));
    await tellError('init/error', described);
    process.exit(1);
  }
  for (;;) {
    await serve(handler);
  }
}

main();
