// What does not fit on the page as it stands, a sentence each. `least`: how many pixels a target must measure.
(least) => {
  const found = new Set();
  const TAPPED = "a[href], button, summary, select, textarea, input:not([type=hidden]), label.choice, [role=option]";
  const LAYERS = ".sheet, .offered, dialog"; // they lie above the page, and hide it
  const called = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 90);
  const shows = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".skip, .sprite, .hidden");
  const clips = (one) => ["hidden", "clip", "auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const scrolls = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);

  // What is left of a box where something around it scrolls or cuts.
  function seen(element, box) {
    let { left, right, top, bottom } = box;
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) {
      if (!clips(one)) continue;
      const around = one.getBoundingClientRect();
      [left, right] = [Math.max(left, around.left), Math.min(right, around.right)];
      [top, bottom] = [Math.max(top, around.top), Math.min(bottom, around.bottom)];
    }
    return { left, right, top, bottom, width: right - left, height: bottom - top };
  }

  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.add(`the page is ${document.documentElement.scrollWidth} wide`);

  // Texts: within the page, within what cuts them off, within the box that is drawn around them.
  const BOXES = "button, .button, .choice, .badge, .action, td, th, dt, dd, legend, summary";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!text.data.trim() || !shows(parent) || parent.closest("option, svg, noscript, script")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      const where = `“${text.data.trim().slice(0, 40)}” in ${called(parent)}`;
      let free = false; // it lies in something that scrolls
      for (let one = parent; one && one !== document.body; one = one.parentElement) {
        if (scrolls(one)) free = true;
        else if (clips(one) && getComputedStyle(one).textOverflow !== "ellipsis") {
          const around = one.getBoundingClientRect();
          if (!free && (box.left < around.left - 1 || box.right > around.right + 1 || box.bottom > around.bottom + 1)) found.add(`cut off: ${where}`);
        }
      }
      if (!free && (box.left < -1 || box.right > width + 1)) found.add(`outside the page: ${where}`);
      const around = parent.closest(BOXES)?.getBoundingClientRect();
      if (around && (box.left < around.left - 1 || box.right > around.right + 1)) found.add(`wider than its box: ${where}`);
      texts.push([text, box, where, parent.closest(LAYERS)]);
    }
  }
  texts.sort(([, one], [, other]) => one.top - other.top);
  texts.forEach(([text, box, where, layer], number) => {
    for (const [other, its, , above] of texts.slice(number + 1)) {
      if (its.top > box.bottom) break;
      if (text === other || layer !== above) continue;
      const across = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      const down = Math.min(box.bottom - box.height / 4, its.bottom) - (its.top + its.height / 4); // letters are half as high as their box
      if (across > 2 && down > 2) found.add(`written over “${other.data.trim().slice(0, 40)}”: ${where}`);
    }
  });

  // What was typed, or is chosen, is read whole; what is typed may be longer than its input and moves within it.
  const pen = document.createElement("canvas").getContext("2d");
  for (const select of document.querySelectorAll("select")) {
    if (!shows(select) || !select.selectedOptions[0]) continue;
    const style = getComputedStyle(select);
    pen.font = style.font;
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (pen.measureText(select.selectedOptions[0].label).width > room + 1) found.add(`cut off: what is chosen in ${called(select)}`);
  }

  // Targets: large enough, and none reaches into another. A link in a sentence is as high as its line.
  const inSentence = (one) => one.matches("a") && one.closest("p")
    && one.closest("p").textContent.trim().length > one.textContent.trim().length + 2;
  // What stands on a map lies upon its ground; areas touch at their borders, while their boxes overlap.
  const isGround = (one, other) => one.matches("svg.map .area") && one.closest("svg.map").contains(other);
  const labelled = (one) => one.matches("[type=radio], [type=checkbox]") && one.closest("label");
  const targets = [...document.querySelectorAll(TAPPED)].filter((one) => shows(one) && !labelled(one));
  for (const one of targets.filter((each) => !inSentence(each))) {
    const box = one.getBoundingClientRect();
    if (box.width < least || box.height < least) found.add(`too small, ${box.width.toFixed(1)}×${box.height.toFixed(1)}: ${called(one)}`);
  }
  const boxes = targets.flatMap((one) => Array.from(one.getClientRects(), (box) => [one, seen(one, box)]))
    .filter(([, box]) => box.width > 1 && box.height > 1)
    .sort(([, one], [, other]) => one.top - other.top);
  boxes.forEach(([one, box], number) => {
    for (const [other, its] of boxes.slice(number + 1)) {
      if (its.top > box.bottom) break;
      if (one === other || one.contains(other) || other.contains(one) || one.closest(LAYERS) !== other.closest(LAYERS)) continue;
      if (isGround(one, other) || isGround(other, one)) continue;
      const across = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      const down = Math.min(box.bottom, its.bottom) - its.top;
      if (across > 1 && down > 1) found.add(`${down.toFixed(0)} px into ${called(other)}: ${called(one)}`);
    }
  });
  return [...found];
}
