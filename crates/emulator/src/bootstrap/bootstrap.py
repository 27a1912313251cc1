"""Runs a Python function against the Runtime API. Needs the standard library only, Python 3.8 or newer.

Comes through standard input, so `__main__` is this text and `sys.path` is not touched by a file of ours.
"""

import decimal
import importlib
import json
import logging
import os
import site
import socket
import sys
import time
import traceback

SMALL = 1 << 16


class Api:
    """One kept connection, one exchange at a time."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.host = address
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb", SMALL)

    def exchange(self, method, path, body=b"", extra=""):
        head = (
            f"{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
        ).encode("latin-1")
        if len(body) < SMALL:
            self.socket.sendall(head + body)
        else:
            self.socket.sendall(head)
            self.socket.sendall(body)
        line = self.reader.readline()
        if not line:
            # The gateway is gone, and nobody is left to be told.
            os._exit(1)
        headers = {}
        while True:
            header = self.reader.readline()
            if header in (b"\r\n", b""):
                break
            name, _, value = header.decode("utf-8").partition(":")
            headers[name.lower()] = value.strip()
        content = self.reader.read(int(headers.get("content-length", "0")))
        return int(line.split(b" ", 2)[1]), headers, content

    def tell_error(self, path, error):
        body = json.dumps(error).encode("utf-8")
        kind = "".join(char for char in error["errorType"] if char.isalnum() or char in "._")
        self.exchange("POST", path, body, f"Lambda-Runtime-Function-Error-Type: {kind}\r\n")


class Fields:
    """Named values; a name without one is None."""

    def __init__(self, names, values):
        values = values if isinstance(values, dict) else {}
        for name, key in names.items():
            setattr(self, name, values.get(key))

    def __repr__(self):
        return f"{type(self).__name__}({vars(self)})"


class ClientContext(Fields):
    def __init__(self, values):
        super().__init__({"custom": "custom", "env": "env"}, values)
        names = {
            "installation_id": "installation_id",
            "app_title": "app_title",
            "app_version_name": "app_version_name",
            "app_version_code": "app_version_code",
            "app_package_name": "app_package_name",
        }
        self.client = Fields(names, values.get("client"))


class Context:
    """What a handler learns of its call."""

    def __init__(self, headers):
        self._deadline = int(headers["lambda-runtime-deadline-ms"])
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        names = {"cognito_identity_id": "cognitoIdentityId", "cognito_identity_pool_id": "cognitoIdentityPoolId"}
        identity = headers.get("lambda-runtime-cognito-identity")
        self.identity = Fields(names, json.loads(identity) if identity else None)

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class InitError(Exception):
    """The handler cannot be had; the type is AWS's."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.error = {"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": list(trace)}


class RequestId(logging.Filter):
    current = ""

    def filter(self, record):
        record.aws_request_id = RequestId.current
        return True


def load(name):
    """The handler of `module.function`; folders are separated by a slash or a dot."""
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise InitError("Runtime.MalformedHandlerName", f"Bad handler '{name}': {error}") from None
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise InitError("Runtime.ImportModuleError", message, frames(error)) from None
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        line = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
        raise InitError("Runtime.UserCodeSyntaxError", message, [line]) from None
    if not hasattr(module, function_name):
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise InitError("Runtime.HandlerNotFound", message)
    return getattr(module, function_name)


def frames(error):
    """The function's own lines of a traceback."""
    entries = traceback.extract_tb(error.__traceback__)
    own = [entry for entry in entries if entry.filename != "<stdin>" and "importlib" not in entry.filename]
    return traceback.format_list(own)


def describe(error, request_id):
    if isinstance(error, InitError):
        return error.error
    described = {"errorMessage": str(error), "errorType": type(error).__name__}
    return {**described, "requestId": request_id, "stackTrace": frames(error)}


def say(error):
    """Into the log, as one would look for it there."""
    trace = error["stackTrace"]
    heading = "\nTraceback (most recent call last):\n" if trace else "\n"
    print(f"[ERROR] {error['errorType']}: {error['errorMessage']}{heading}" + "".join(trace), end="")
    flush()


def marshal(result):
    def other(value):
        if isinstance(value, decimal.Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    try:
        text = json.dumps(result, default=other, ensure_ascii=False)
        try:
            return text.encode("utf-8")
        except UnicodeEncodeError:
            # Half a surrogate pair has no UTF-8, but an escape.
            return json.dumps(result, default=other).encode("utf-8")
    except Exception as error:
        raise InitError("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass


def serve(api, handler):
    _, headers, event = api.exchange("GET", "invocation/next")
    request_id = headers["lambda-runtime-aws-request-id"]
    trace = headers.get("lambda-runtime-trace-id")
    if trace:
        os.environ["_X_AMZN_TRACE_ID"] = trace
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    RequestId.current = request_id
    path = f"invocation/{request_id}/"
    try:
        result = marshal(handler(json.loads(event), Context(headers)))
    except Exception as error:
        described = {**describe(error, request_id), "requestId": request_id}
        say(described)
        api.tell_error(path + "error", described)
        return
    flush()
    status, _, answer = api.exchange("POST", path + "response", result)
    if status != 202:
        print(f"[ERROR] the response was refused: {answer.decode('utf-8')}")


def prepare_logging():
    handler = logging.StreamHandler(sys.stdout)
    line = "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s"
    formatter = logging.Formatter(line, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RequestId())
    logging.getLogger().addHandler(handler)


def prepare_path(root):
    """The function's folder first, then packages that were installed below it."""
    sys.path[:] = [root] + [path for path in sys.path if path not in ("", root)]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = f"lib/{version}/site-packages"
    for folder in ("python", f"python/{packages}", f".venv/{packages}", f"venv/{packages}", "site-packages"):
        folder = os.path.join(root, folder)
        if os.path.isdir(folder):
            # Follows what an installer has left there for paths, too.
            site.addsitedir(folder)


def main():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    prepare_logging()
    os.environ["AWS_EXECUTION_ENV"] = f"AWS_Lambda_python{sys.version_info[0]}.{sys.version_info[1]}"
    prepare_path(os.environ["LAMBDA_TASK_ROOT"])
    api = Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as error:
        described = describe(error, "")
        say(described)
        api.tell_error("init/error", described)
        sys.exit(1)
    while True:
        serve(api, handler)


main()
