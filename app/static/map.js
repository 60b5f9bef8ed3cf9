// The map of the situation without loading the whole page anew: its ways lead to the same page with another view of the
// map, of which only the map is taken. The section may be changed as a whole by others at any time; nothing is kept here.

document.addEventListener("click", async (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("#map a[data-map], #map .at a");
  if (!link) return;
  const address = new URL(link.getAttribute("href"), location.href);
  if (address.pathname !== location.pathname) return; // a shelter
  event.preventDefault();
  await show(address, link.dataset.map).catch(() => location.assign(address));
});

async function show(address, way) {
  const answer = await fetch(address, { headers: { "X-Mawa-Part": "1" }, cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const drawn = page.getElementById("map");
  if (!answer.ok || answer.redirected || !drawn) throw new Error("no map");
  document.getElementById("map").replaceWith(document.adoptNode(drawn));
  history.replaceState(history.state, "", address);
  const listed = address.hash === "#on-map" && drawn.querySelector("details");
  if (listed) listed.open = true;
  const next = listed ? listed.querySelector("summary") : drawn.querySelector(`[data-map="${way}"]`) ?? drawn.querySelector("[data-map]");
  next?.focus({ preventScroll: !listed });
}
