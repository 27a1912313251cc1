// Answers that flow.

const { Writable } = require('node:stream');

// Trailers hold so many bytes of an error before they are base64.
const MAX_LATE_ERROR = 11 * 1024;

// What a streaming handler writes to: each piece is a chunk of the answer's body, and a slow caller slows it down.
class ResponseStream extends Writable {
  #id;
  #type = 'application/octet-stream';
  #answer = null;
  #closed = false;
  #failed = null;
  over;
  #settle;

  constructor(id, highWaterMark) {
    super({ highWaterMark });
    this.#id = id;
    this.over = new Promise((resolve) => { this.#settle = resolve; });
    this.on('error', (error) => this.fail(error));
  }

  setContentType(type) {
    if (this.#answer) {
      throw new Error('Cannot set content-type, too late.');
    }
    this.#type = String(type).replace(/[^\x20-\x7e]/g, '');
  }

  write(chunk, ...rest) {
    const isData = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(isData || chunk == null ? chunk : JSON.stringify(chunk), ...rest);
  }

  _write(chunk, _encoding, done) {
    this.#open();
    this.#send(chunk, done);
  }

  _final(done) {
    this.#open();
    this.#closed = true;
    if (this.#failed) {
      this.#sendError(this.#failed).then(this.#settle);
    } else {
      api.socket.write('0\r\n\r\n');
      this.#answer.then((answer) => { complainIfRefused(answer); this.#settle(); });
    }
    done();
  }

  // Ends the call with an error: instead of an answer, or behind all that was written of it.
  async fail(error) {
    if (this.#closed || this.#failed) {
      return;
    }
    const described = describe(error);
    this.#failed = described;
    logError('Invoke Error', described);
    if (this.#answer && !this.destroyed) {
      this.end();
      await this.over;
      return;
    }
    this.#closed = true;
    this.destroy();
    await (this.#answer ? this.#sendError(described) : tellError(`invocation/${this.#id}/error`, described));
    this.#settle();
  }

  #open() {
    if (this.#answer) {
      return;
    }
    this.#answer = begin('POST', `invocation/${this.#id}/response`, `Content-Type: ${this.#type}\r\n`
      + 'Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n'
      + 'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n');
    this._onBeforeFirstWrite?.((part) => this.#send(Buffer.from(part)));
  }

  #send(chunk, done) {
    if (chunk.length === 0) {
      done?.();
      return;
    }
    api.socket.cork();
    api.socket.write(`${chunk.length.toString(16)}\r\n`);
    api.socket.write(chunk);
    api.socket.write('\r\n', done && (() => done()));
    api.socket.uncork();
  }

  #sendError(described) {
    let body = JSON.stringify(described);
    if (body.length > MAX_LATE_ERROR) {
      body = JSON.stringify({ ...described, errorMessage: described.errorMessage.slice(0, 1024), trace: [] });
    }
    api.socket.write(`0\r\nLambda-Runtime-Function-Error-Type: ${errorType(described)}\r\n`
      + `Lambda-Runtime-Function-Error-Body: ${Buffer.from(body).toString('base64')}\r\n\r\n`);
    return this.#answer;
  }
}

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

globalThis.awslambda = {
  streamifyResponse(handler, options) {
    handler[STREAMING] = 'response';
    if (options?.highWaterMark !== undefined) {
      handler[HIGH_WATER_MARK] = Number.parseInt(options.highWaterMark, 10);
    }
    return handler;
  },
  HttpResponseStream: class HttpResponseStream {
    // Status, headers and cookies go in front of the body: as JSON, and eight bytes of zero.
    static from(stream, metadata) {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(metadata));
        write(new Uint8Array(8));
      };
      return stream;
    }
  },
};
