import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeepSeek } from '@ai-sdk/deepseek';
import { APICallError, generateObject, generateText, jsonSchema, RetryError, stepCountIs, streamText, tool } from 'ai';
import { baseUrl, countedFetch, createKey, mistyped, revokeKey, testKey } from '../server.js';

globalThis.AI_SDK_LOG_WARNINGS = false;

const provider = (options = {}) => createDeepSeek({ baseURL: baseUrl, apiKey: testKey, ...options });
const deepseek = provider();
const prompt = 'What is a sluice?';
const weather = tool({
  description: 'The weather in a city.',
  inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }),
  execute: async ({ city }) => `4 °C and rain in ${city}`,
});

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('The call succeeded.');
}

for (const baseURL of [baseUrl, `${baseUrl}/v1`]) {
  test(`a chat is answered at ${new URL(baseURL).pathname}`, async () => {
    const answer = await generateText({ model: provider({ baseURL })('deepseek-chat'), prompt });
    assert.match(answer.text, /What is a sluice\?/);
    assert.equal(answer.finishReason, 'stop');
    assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
  });
}

test('a stream says what the whole answer says', async () => {
  const whole = await generateText({ model: deepseek('deepseek-chat'), prompt });
  const stream = streamText({ model: deepseek('deepseek-chat'), prompt });
  let text = '';
  for await (const piece of stream.textStream) text += piece;
  assert.equal(text, whole.text);
  assert.equal((await stream.usage).outputTokens, whole.usage.outputTokens);
  assert.equal(await stream.finishReason, 'stop');
});

test('a reasoning model says what it thought, whole and streamed', async () => {
  const whole = await generateText({ model: deepseek('deepseek-reasoner'), prompt });
  assert.ok(whole.reasoningText.length > 0);
  const stream = streamText({ model: deepseek('deepseek-reasoner'), prompt });
  await stream.consumeStream();
  assert.equal(await stream.reasoningText, whole.reasoningText);
});

test('a tool is called and its result goes into the answer', async () => {
  const answer = await generateText({ model: deepseek('deepseek-chat'), prompt: 'What is the weather in Oslo?', tools: { get_weather: weather }, stopWhen: stepCountIs(3) });
  assert.deepEqual(answer.steps[0].toolCalls.map((call) => call.input), [{ city: 'Oslo' }]);
  assert.match(answer.text, /4 °C and rain in Oslo/);
});

test('a tool is called in a stream', async () => {
  const stream = streamText({ model: deepseek('deepseek-chat'), prompt: 'What is the weather in Oslo?', tools: { get_weather: weather }, stopWhen: stepCountIs(3) });
  await stream.consumeStream();
  assert.match(await stream.text, /4 °C and rain in Oslo/);
});

test('a thinking model calls a tool and goes on', async () => {
  const answer = await generateText({ model: deepseek('deepseek-v4-pro'), prompt: 'What is the weather in Oslo?', tools: { get_weather: weather }, stopWhen: stepCountIs(3) });
  assert.match(answer.text, /4 °C and rain in Oslo/);
});

test('JSON mode gives an object', async () => {
  const { object } = await generateObject({ model: deepseek('deepseek-chat'), output: 'no-schema', prompt: 'Answer in JSON.' });
  assert.equal(typeof object, 'object');
});

test('a mistyped key is refused as such', async () => {
  const error = await failure(generateText({ model: provider({ apiKey: mistyped(testKey) })('deepseek-chat'), prompt }));
  assert.ok(APICallError.isInstance(error));
  assert.equal(error.statusCode, 401);
  assert.equal(error.data.error.code, 'invalid_api_key');
});

test('a revoked key is refused as such', async () => {
  const { key, id } = await createKey();
  await revokeKey(id);
  const error = await failure(generateText({ model: provider({ apiKey: key })('deepseek-chat'), prompt }));
  assert.equal(error.statusCode, 401);
  assert.equal(error.data.error.code, 'revoked_api_key');
});

test('an unknown model is not found', async () => {
  const error = await failure(generateText({ model: deepseek('no-such-model'), prompt }));
  assert.equal(error.statusCode, 404);
  assert.match(error.message, /model does not exist/);
});

test('a bad parameter is refused', async () => {
  const error = await failure(generateText({ model: deepseek('deepseek-chat'), prompt, topP: 2 }));
  assert.equal(error.statusCode, 400);
  assert.equal(error.isRetryable, false);
});

test('a key used from elsewhere is refused', async () => {
  const { key } = await createKey({ allowedNetworks: ['192.0.2.0/24'] });
  const error = await failure(generateText({ model: provider({ apiKey: key })('deepseek-chat'), prompt }));
  assert.equal(error.statusCode, 403);
  assert.equal(error.data.error.code, 'ip_not_allowed');
});

test('a used-up quota ends the retries within seconds', async () => {
  const { key } = await createKey({ kind: 'test', limits: { callsPerDay: 0 } });
  const fetch = countedFetch();
  const error = await failure(generateText({ model: provider({ apiKey: key, fetch })('deepseek-chat'), prompt }));
  // The package does not know x-should-retry: it tries three times, as after any 429.
  assert.ok(RetryError.isInstance(error));
  assert.equal(error.lastError.data.error.code, 'insufficient_quota');
  assert.ok(Number(error.lastError.responseHeaders['retry-after']) <= 3);
  assert.equal(fetch.times.length, 3);
});

test('a rate limit of the upstream is retried after the time it names', async () => {
  const fetch = countedFetch();
  const error = await failure(generateText({ model: provider({ fetch })('deepseek-chat'), prompt, maxRetries: 1, headers: { 'x-sluice-sandbox': 'status=429;retry-after=1' } }));
  assert.equal(error.lastError.statusCode, 429);
  assert.equal(fetch.times.length, 2);
  assert.ok(fetch.times[1] - fetch.times[0] > 950);
});
