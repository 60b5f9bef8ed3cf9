// Notes what has the focus, and whether one sees it; `keyboard.unreached()` says what never had it.
() => {
  const called = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 90);
  const shows = (one) => one.checkVisibility({ visibilityProperty: true });
  const ringed = (one) => {
    const { outlineStyle, boxShadow } = getComputedStyle(one);
    return outlineStyle !== "none" || boxShadow !== "none";
  };
  const met = new Set(), wrong = [];
  document.addEventListener("focusin", ({ target }) => {
    if (met.has(target)) return;
    met.add(target);
    if (![target, target.closest("label"), target.parentElement].some((one) => one && ringed(one))) wrong.push(`has the focus unseen: ${called(target)}`);
  });
  // Of answers of which one may be chosen, one is reached; arrows lead to the others.
  const stops = (one) => one.tabIndex >= 0 && !one.disabled && shows(one) && !one.matches("[type=radio]:not(:checked)");
  window.keyboard = {
    unreached: () => [...wrong, ...[...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden]), [tabindex]")]
      .filter((one) => stops(one) && !met.has(one)).map((one) => `not reached: ${called(one)}`)],
  };
}
