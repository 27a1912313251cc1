// Runs a Node function against the Runtime API. Needs Node 20 or newer, nothing else.
//
// Comes through standard input and is CommonJS, so that no option of ours is inherited by what a function forks;
// functions themselves may be ES modules. One text in three parts: the Runtime API, answers that flow, the handler.
'use strict';

const net = require('node:net');

const environment = process.env;
environment.AWS_EXECUTION_ENV = `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`;
const [host, port] = environment.AWS_LAMBDA_RUNTIME_API.split(':');

// The call that runs: its id, its stream if it has one, and what is done once nothing else is left to do.
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
  const type = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return begin(method, route, type + headers, body);
}

// Sends a head and what there is of a body. The promise is the answer's.
function begin(method, route, headers, body = '') {
  const head = `${method} /2018-06-01/runtime/${route} HTTP/1.1\r\nHost: ${environment.AWS_LAMBDA_RUNTIME_API}\r\n`;
  return new Promise((resolve) => {
    api.settle = resolve;
    api.socket.ref();
    api.socket.write(`${head}${headers}\r\n${body}`);
  });
}

function errorType(error) {
  return String(error.errorType).replace(/[^\w.]/g, '');
}

function tellError(route, error) {
  const headers = `Lambda-Runtime-Function-Error-Type: ${errorType(error)}\r\n`;
  return exchange('POST', route, JSON.stringify(error), headers);
}

async function tellResult(route, result) {
  const answer = await exchange('POST', route, result);
  complainIfRefused(answer);
}

function complainIfRefused(answer) {
  if (answer.status !== 202) {
    console.error('the response was refused:', answer.body.toString());
  }
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

function logError(heading, { trace, ...described }) {
  console.error(heading, `\t${JSON.stringify({ ...described, stack: trace })}`);
}
