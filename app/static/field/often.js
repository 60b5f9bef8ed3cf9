// Work that many changes ask for, done once for those that come together, and never twice at a time.

const APART_MS = 200;

export function atMostOften(work) {
  let isAsked = false;
  let isAtWork = false;
  async function go() {
    if (isAtWork) return;
    isAtWork = true;
    while (isAsked) {
      isAsked = false;
      await Promise.resolve(work()).catch((error) => console.error(error));
      await new Promise((resolve) => { setTimeout(resolve, APART_MS); });
    }
    isAtWork = false;
  }
  return () => {
    isAsked = true;
    go();
  };
}
