// Many times over: somebody deletes a report, or saves it anew, at the very moment at which it is sent. Gives back the
// rounds in which something else was posted than stands on the phone as tried.
async ([rounds]) => {
  const folder = document.querySelector("script[src*='/field/phone.js']").src.replace("phone.js", "");
  const [outbox, items, { send }] = await Promise.all(["outbox.js", "items.js", "sender.js"].map((one) => import(folder + one)));
  const person = "nobody.at-all";
  const wrong = [];
  let posted = [];
  window.fetch = async (address, { body } = {}) => {
    if (address !== "/api/v1/reports") return new Response("{}");
    posted.push(...JSON.parse(body).reports);
    return Promise.reject(new Error("cut off"));
  };
  for (let round = 0; round < rounds; round += 1) {
    posted = [];
    const report = { id: crypto.randomUUID(), kind: "headcount", n: 1 };
    const number = await outbox.add(person, { items: items.made([report]) });
    const said = round % 2 ? [] : [{ ...report, n: 2 }];
    const changed = (async () => {
      for (let turn = 0; turn < round % 9; turn += 1) await outbox.tally(person);
      return outbox.change(person, number, (entry) => {
        const now = items.revised(entry.items, said, "why");
        return now.length ? { ...entry, items: now } : null;
      });
    })();
    await Promise.all([send(person), changed]);
    const left = (await outbox.get(person, number))?.items ?? [];
    for (const one of posted) {
      const own = left.find((item) => item.report.id === one.id);
      if (!own || JSON.stringify(own.report) !== JSON.stringify(one)) wrong.push(`round ${round}: ${JSON.stringify([one, left])}`);
    }
    await outbox.change(person, number, () => null);
  }
  return wrong;
}
