// What is asked of a network is given up after a while: `ask` is given the signal by which it ends.

export async function patiently(milliseconds, ask) {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), milliseconds);
  try {
    return await ask(given.signal);
  } finally {
    clearTimeout(timer);
  }
}
