// One saved form in a line, for those who look for it among others.

import { say, sayMany, number } from "./words.js";

export function lineOf(report, all) {
  const about = {
    shelter: () => Object.values(report.name)[0],
    shelter_state: () => called({ shelter: report.shelter }, all),
    group: () => report.label,
    note: () => report.text.slice(0, 80),
  }[report.kind];
  const place = report.place ?? (report.seen === "to" ? report.to : report.from ?? report.to);
  return [counted(report.people, report.households), about ? about() : null, called(place, all)].filter(Boolean).join(" · ");
}

// Of a known group that is said anew, null is now unknown.
function counted(people, apart = null) {
  const { low, high, cells, ...said } = people ?? {};
  const total = said.total ?? (cells ? Object.values(cells).reduce((sum, one) => sum + one, 0) : null);
  const households = said.households ?? apart;
  const parts = [];
  if (total !== null) parts.push(sayMany("%(n)s person", "%(n)s people", total));
  else if (low !== undefined && high !== undefined) parts.push(`${number(low)}–${number(high)}`);
  else if (low !== undefined) parts.push(say("%(low)s or more", { low }));
  else if (high !== undefined) parts.push(say("%(high)s or fewer", { high }));
  if (households !== null && total === null) parts.push(sayMany("%(n)s household", "%(n)s households", households));
  return parts.join(" · ");
}

function called(place, all) {
  if (!place || !all) return null;
  if (place.shelter) return all.shelters.find((one) => one.code === place.shelter)?.said ?? place.shelter;
  const area = all.areas.find((one) => one.code === place.area);
  return area ? all.outside.replace("{area}", area.said) : place.area;
}
