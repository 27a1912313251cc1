// Greets by name, in JavaScript. Whatever runs up here runs once a process, not once a call.
const started = new Date().toISOString();
let calls = 0;

export const handler = async (event) => {
  const name = event.pathParameters?.name ?? event.queryStringParameters?.name ?? 'world';
  calls += 1;
  return { message: `Hello, ${name}!`, calls, started };
};
