// Notes what has the focus, and whether one sees it; `keyboard.unreached()` says what never had it.
() => {
  const called = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 90);
  const shows = (one) => one.checkVisibility({ visibilityProperty: true });
  // What rings are drawn by: around it or its label, or in a drawing by the line of a shape in it.
  const drawn = (one) => [one, one.closest("label"), one.parentElement, ...one.children].map((each) => {
    const style = each && getComputedStyle(each);
    return style && [style.outlineStyle, style.boxShadow, style.stroke, style.strokeWidth].join();
  }).join(";");
  const met = new Set(), wrong = [];
  let last = null, looked = "";
  document.addEventListener("focusin", ({ target }) => {
    if (last && last.isConnected && drawn(last) === looked) wrong.push(`has the focus unseen: ${called(last)}`);
    last = met.has(target) ? null : target;
    looked = drawn(target);
    met.add(target);
  });
  // Of answers of which one may be chosen, one is reached; arrows lead to the others.
  const stops = (one) => one.tabIndex >= 0 && !one.disabled && shows(one) && !one.matches("[type=radio]:not(:checked)");
  const STOPS = "a[href], button, summary, select, textarea, input:not([type=hidden]), [tabindex]";
  window.keyboard = {
    unreached: () => [...wrong, ...[...document.querySelectorAll(STOPS)].filter((one) => stops(one) && !met.has(one))
      .map((one) => `not reached: ${called(one)}`)],
  };
}
