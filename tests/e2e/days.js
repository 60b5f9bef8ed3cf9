// Many days of a phone, each by its seed: forms of one or two reports, saved, changed, deleted; posts that arrive, are
// refused at the door, are lost before they are read or after; a coordinator corrects what is stored. Then the worker
// mends what was refused, and all is sent. Gives back the days on which the ledger said something else than the forms.
async ([runs, bad]) => {
  const { answered, isDone, made, revised, stateOf, toSend, tried, untried } =
    await import("/static/field/items.js");

  function day(seed) {
    let state = seed * 2654435761 % 4294967296;
    const random = (many) => { state = (state * 1664525 + 1013904223) % 4294967296; return Math.floor(state / 4294967296 * many); };
    const ledger = new Map(); // what the server stored, by id
    const forms = new Map(); // what each form says now, by the id of its first report: [report, …]
    const entries = []; // on the phone
    const posted = new Set();
    let made_ = 0;

    const last = (id) => { let one = ledger.get(id); while (one?.by) one = ledger.get(one.by); return one; };

    function take(report) {
      posted.add(report.id);
      const known = ledger.get(report.id);
      if (known) return { id: report.id, status: JSON.stringify(known.report) === JSON.stringify(report) ? "duplicate" : "conflict" };
      const says = report.kind === "correction" ? report.replacement : report;
      if (says && says.n === bad) return { id: report.id, status: "rejected", errors: [{ field: "n", message: "bad" }] };
      if (report.kind !== "correction") { ledger.set(report.id, { report, says }); return { id: report.id, status: "accepted" }; }
      const target = ledger.get(report.corrects);
      if (!target) return { id: report.id, status: "unknown_reference", errors: [] };
      if (target.by) return { id: report.id, status: "conflict", standing: { id: last(report.corrects).report.id } };
      target.by = report.id;
      ledger.set(report.id, { report, says });
      return { id: report.id, status: "accepted" };
    }

    function send(how) {
      const batch = entries.filter((entry) => toSend(entry.items).length).slice(0, 1 + random(4));
      for (const entry of batch) {
        entry.before = new Map(entry.items.map((item) => [item.report.id, item.state]));
        entry.sending = toSend(entry.items);
        entry.items = tried(entry.items, new Set(entry.sending.map((report) => report.id)));
      }
      const results = new Map();
      if (how === "ok" || how === "answer lost") {
        for (const entry of batch) for (const report of entry.sending) results.set(report.id, take(report));
      }
      if (random(5) === 0 && batch.length) change(batch[0]); // the worker saves while it is under way
      for (const entry of batch) {
        if (how === "ok") entry.items = answered(entry.items, results);
        if (how === "not read") entry.items = untried(entry.items, entry.before);
      }
      tidy();
    }

    function tidy() {
      for (let at = entries.length - 1; at >= 0; at -= 1) {
        if (isDone(entries[at].items)) entries.splice(at, 1);
      }
    }

    const said = (id) => ({ id, kind: "headcount", n: random(30) });
    const copies = (reports) => reports.map((report) => ({ ...report }));

    function save() {
      made_ += 1;
      const id = `form-${made_}`;
      const reports = random(3) ? [said(id)] : [said(id), said(`${id}-second`)];
      forms.set(id, copies(reports));
      entries.push({ form: id, says: copies(reports), items: made(reports) });
    }

    function change(entry, mend = false) {
      const id = entry.form;
      const reports = mend || random(4) ? [said(id), ...(random(2) ? [said(`${id}-second`)] : [])] : [];
      if (mend) for (const report of reports) report.n = 1 + random(9);
      // What the worker did not change stays as it was corrected.
      const before = new Map(entry.says.map((report) => [report.id, report.n]));
      const stands = new Map(forms.get(id).map((report) => [report.id, report.n]));
      const isConflict = (report) => entry.items.some((item) => item.of === report.id && item.state === "conflict");
      forms.set(id, reports.map((report) => (
        report.n === before.get(report.id) && !isConflict(report) ? { ...report, n: stands.get(report.id) } : { ...report }
      )));
      entry.says = copies(reports);
      entry.items = revised(entry.items, reports, "why");
      if (!reports.length && !entry.items.length) entries.splice(entries.indexOf(entry), 1);
    }

    // A coordinator corrects one of those that are stored.
    function correctElsewhere() {
      const stored = [...ledger.values()].filter((one) => one.report.kind !== "correction" && last(one.report.id).says);
      const one = stored[random(stored.length)];
      if (!one) return;
      const standing = last(one.report.id);
      standing.by = `theirs-${ledger.size}`;
      ledger.set(standing.by, { report: { id: standing.by, kind: "correction" }, says: { n: 99 } });
      for (const report of [...forms.values()].flat()) if (report.id === one.report.id) report.n = 99;
    }

    for (let step = 0; step < 30; step += 1) {
      const entry = entries[random(entries.length)];
      const act = random(7);
      if (act < 2) save();
      else if (act === 6) correctElsewhere();
      else if (act === 2 && entry) change(entry);
      else send(["ok", "ok", "not read", "lost before", "answer lost"][random(5)]);
    }
    for (let round = 0; round < 30 && entries.length; round += 1) {
      for (const entry of [...entries]) if (stateOf(entry.items) === "attention") change(entry, true);
      send("ok");
    }
    if (entries.length) return `seed ${seed}: never sent ${JSON.stringify(entries)}`;
    const wanted = [...forms.values()].flat().map((report) => `${report.id} ${report.n}`).sort();
    const stands = [...ledger.values()].filter((one) => one.report.kind !== "correction").map((one) => [one.report.id, last(one.report.id).says])
      .filter(([, says]) => says).map(([id, says]) => `${id} ${says.n}`).sort();
    if (JSON.stringify(wanted) !== JSON.stringify(stands)) return `seed ${seed}: wanted ${wanted}, the ledger says ${stands}`;
    return null;
  }

  const wrong = [];
  for (let seed = 1; seed <= runs; seed += 1) { const said = day(seed); if (said) wrong.push(said); }
  return wrong;
}
