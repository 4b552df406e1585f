// Where the server under test is, and what the tests need of it beside the packages.
function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: tests/run starts a server and sets it.`);
  return value;
}

export const baseUrl = needed('SLUICE_BASE_URL');
export const testKey = needed('SLUICE_TEST_KEY');
const managementToken = needed('SLUICE_MANAGEMENT_TOKEN');

async function manage(path, body) {
  const response = await fetch(`${baseUrl}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${managementToken}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A new key: its text as `key`, its id as `id`. */
export const createKey = (body = {}) => manage('/keys', { name: 'made by a test', kind: 'production', ...body });

export const revokeKey = (id) => manage(`/keys/${id}/revoke`);

/** The key with one character of its secret changed. */
export const mistyped = (key) => key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');

/** A `fetch` that remembers when it was called. */
export function countedFetch() {
  const counted = (...call) => {
    counted.times.push(performance.now());
    return fetch(...call);
  };
  counted.times = [];
  return counted;
}

export const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
