import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, PermissionDeniedError, RateLimitError } from 'openai';
import { baseUrl, countedFetch, createKey, mistyped, pngSignature, revokeKey, testKey } from '../server.js';

const client = (options = {}) => new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: testKey, ...options });
const openai = client();
const messages = [{ role: 'user', content: 'What is a sluice?' }];
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('The call succeeded.');
}

for (const model of ['deepseek-chat', 'gpt-4o-mini']) {
  test(`${model}: a chat is answered with its usage`, async () => {
    const answer = await openai.chat.completions.create({ model, messages });
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.match(answer.choices[0].message.content, /What is a sluice\?/);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  });

  test(`${model}: a stream says what the whole answer says`, async () => {
    const whole = await openai.chat.completions.create({ model, messages });
    let text = '';
    let reason;
    for await (const chunk of await openai.chat.completions.create({ model, messages, stream: true })) {
      text += chunk.choices[0]?.delta?.content ?? '';
      reason = chunk.choices[0]?.finish_reason ?? reason;
    }
    assert.equal(text, whole.choices[0].message.content);
    assert.equal(reason, 'stop');
  });

  test(`${model}: a stream reports usage where that is asked for`, async () => {
    const whole = await openai.chat.completions.create({ model, messages });
    const usages = [];
    for await (const chunk of await openai.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } })) {
      if (chunk.usage) usages.push(chunk.usage);
    }
    assert.equal(usages.length, 1);
    assert.equal(usages[0].total_tokens, whole.usage.total_tokens);
  });

  test(`${model}: a tool is called and its result goes into the answer`, async () => {
    const talk = [{ role: 'user', content: 'What is the weather in Oslo?' }];
    const asking = await openai.chat.completions.create({ model, messages: talk, tools: [weather] });
    assert.equal(asking.choices[0].finish_reason, 'tool_calls');
    const [call] = asking.choices[0].message.tool_calls;
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Oslo' });
    talk.push(asking.choices[0].message, { role: 'tool', tool_call_id: call.id, content: '4 °C, rain' });
    const answer = await openai.chat.completions.create({ model, messages: talk, tools: [weather] });
    assert.match(answer.choices[0].message.content, /4 °C, rain/);
  });
}

test('the streaming helper rebuilds a whole answer with a tool call', async () => {
  const stream = openai.chat.completions.stream({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'What is the weather in Oslo?' }], tools: [weather] });
  const answer = await stream.finalChatCompletion();
  assert.equal(answer.choices[0].message.tool_calls[0].function.name, 'get_weather');
  assert.equal(answer.choices[0].message.tool_calls[0].function.arguments.includes('Oslo'), true);
});

test('JSON mode gives an object', async () => {
  const answer = await openai.chat.completions.create({ model: 'deepseek-chat', messages: [{ role: 'user', content: 'Answer in JSON.' }], response_format: { type: 'json_object' } });
  assert.equal(typeof JSON.parse(answer.choices[0].message.content), 'object');
});

test('a schema is followed', async () => {
  const schema = { type: 'object', properties: { name: { type: 'string' }, km: { type: 'integer' } }, required: ['name', 'km'], additionalProperties: false };
  const answer = await openai.chat.completions.parse({ model: 'gpt-4o-mini', messages, response_format: { type: 'json_schema', json_schema: { name: 'river', strict: true, schema } } });
  const river = JSON.parse(answer.choices[0].message.content);
  assert.deepEqual(Object.keys(river).sort(), ['km', 'name']);
  assert.equal(Number.isInteger(river.km), true);
});

test('a reasoning model says what it thought, whole and streamed', async () => {
  const whole = await openai.chat.completions.create({ model: 'deepseek-reasoner', messages });
  assert.ok(whole.choices[0].message.reasoning_content.length > 0);
  assert.ok(whole.usage.completion_tokens_details.reasoning_tokens > 0);
  let thought = '';
  for await (const chunk of await openai.chat.completions.create({ model: 'deepseek-reasoner', messages, stream: true })) {
    thought += chunk.choices[0]?.delta?.reasoning_content ?? '';
  }
  assert.equal(thought, whole.choices[0].message.reasoning_content);
});

test('a prompt is completed, whole and streamed', async () => {
  const whole = await openai.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a time', max_tokens: 20 });
  let text = '';
  for await (const chunk of await openai.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a time', max_tokens: 20, stream: true })) {
    text += chunk.choices[0]?.text ?? '';
  }
  assert.ok(text.length > 0);
  assert.equal(text, whole.choices[0].text);
});

test('vectors are the same in base64 and in floats', async () => {
  // The package asks for base64 unless told otherwise.
  const packed = await openai.embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'] });
  const plain = await openai.embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'], encoding_format: 'float' });
  assert.equal(packed.data[0].embedding.length, 1536);
  assert.deepEqual(packed.data[1].embedding.map(Math.fround), plain.data[1].embedding.map(Math.fround));
});

test('a vector has the dimensions that were asked for', async () => {
  const { data } = await openai.embeddings.create({ model: 'text-embedding-3-large', input: 'one', dimensions: 64 });
  assert.equal(data[0].embedding.length, 64);
});

test('a picture comes as a link to a PNG', async () => {
  const { data } = await openai.images.generate({ model: 'dall-e-3', prompt: 'A sluice in the fog', response_format: 'url' });
  const response = await fetch(data[0].url);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'image/png');
  assert.deepEqual([...new Uint8Array(await response.arrayBuffer()).slice(0, 8)], pngSignature);
});

test('a picture comes in the answer', async () => {
  const { data } = await openai.images.generate({ model: 'gpt-image-1', prompt: 'A sluice in the fog' });
  assert.deepEqual([...Buffer.from(data[0].b64_json, 'base64').subarray(0, 8)], pngSignature);
});

test('the models are listed, and one is described', async () => {
  const ids = [];
  for await (const model of openai.models.list()) ids.push(model.id);
  assert.ok(ids.includes('deepseek-chat'));
  assert.equal((await openai.models.retrieve('deepseek-chat')).owned_by, 'sandbox');
});

test('a mistyped key is refused as such, without being repeated', async () => {
  const apiKey = mistyped(testKey);
  const error = await failure(client({ apiKey }).chat.completions.create({ model: 'deepseek-chat', messages }));
  assert.ok(error instanceof AuthenticationError);
  assert.equal(error.code, 'invalid_api_key');
  assert.equal(error.message.includes(apiKey), false);
});

test('a revoked key is refused as such', async () => {
  const { key, id } = await createKey();
  await revokeKey(id);
  const error = await failure(client({ apiKey: key }).chat.completions.create({ model: 'deepseek-chat', messages }));
  assert.ok(error instanceof AuthenticationError);
  assert.equal(error.code, 'revoked_api_key');
});

test('a key used from elsewhere is told which address was seen', async () => {
  const { key } = await createKey({ allowedNetworks: ['192.0.2.0/24'] });
  const error = await failure(client({ apiKey: key }).chat.completions.create({ model: 'deepseek-chat', messages }));
  assert.ok(error instanceof PermissionDeniedError);
  assert.equal(error.code, 'ip_not_allowed');
  assert.match(error.message, /127\.0\.0\.1|::1/);
});

test('an unknown model is not found', async () => {
  const error = await failure(openai.chat.completions.create({ model: 'no-such-model', messages }));
  assert.ok(error instanceof NotFoundError);
  assert.equal(error.code, 'model_not_found');
  assert.equal(error.param, 'model');
});

test('a bad parameter is named', async () => {
  const error = await failure(openai.chat.completions.create({ model: 'gpt-4o-mini', messages, temperature: 3 }));
  assert.ok(error instanceof BadRequestError);
  assert.equal(error.param, 'temperature');
});

test('every refusal carries its request id', async () => {
  const error = await failure(openai.chat.completions.create({ model: 'no-such-model', messages }));
  assert.match(error.requestID, /^req_/);
  assert.equal(error.error.request_id, error.requestID);
});

test('a rate limit is refused as one', async () => {
  const { key } = await createKey({ limits: { requestsPerMinute: 1 } });
  const slow = client({ apiKey: key, maxRetries: 0 });
  await slow.chat.completions.create({ model: 'deepseek-chat', messages });
  const error = await failure(slow.chat.completions.create({ model: 'deepseek-chat', messages }));
  assert.ok(error instanceof RateLimitError);
  assert.equal(error.code, 'rate_limit_exceeded');
  const wait = Number(error.headers.get('retry-after'));
  assert.ok(wait >= 1 && wait <= 61, `${wait}`);
});

test('a used-up quota is not retried', async () => {
  const { key } = await createKey({ kind: 'test', limits: { callsPerDay: 0 } });
  const fetch = countedFetch();
  const error = await failure(client({ apiKey: key, fetch }).chat.completions.create({ model: 'deepseek-chat', messages }));
  assert.ok(error instanceof RateLimitError);
  assert.equal(error.code, 'insufficient_quota');
  assert.equal(fetch.times.length, 1);
});

test('a rate limit of the upstream is retried after the time it names', async () => {
  const fetch = countedFetch();
  const error = await failure(client({ fetch, maxRetries: 1, defaultHeaders: { 'x-sluice-sandbox': 'status=429;retry-after=1' } }).chat.completions.create({ model: 'deepseek-chat', messages }));
  assert.equal(error.status, 429);
  assert.equal(fetch.times.length, 2);
  // A little less than a second, since timers may be early by one tick.
  assert.ok(fetch.times[1] - fetch.times[0] > 950);
});

test('a stream that breaks off throws', async () => {
  const broken = client({ maxRetries: 0, defaultHeaders: { 'x-sluice-sandbox': 'cut-after=3' } });
  const error = await failure((async () => {
    for await (const _ of await broken.chat.completions.create({ model: 'deepseek-chat', messages, stream: true }));
  })());
  assert.ok(error instanceof APIError);
  assert.equal(error.code, 'upstream_truncated');
});
