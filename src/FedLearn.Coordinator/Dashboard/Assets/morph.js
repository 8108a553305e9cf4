// Makes an element's content the new one and leaves alone what is the same: focus, selection, open details and scrolling stay.
export function morph(element, html) {
  const fresh = element.cloneNode(false);
  fresh.innerHTML = html;
  children(element, fresh);
}

function children(old, fresh) {
  const next = [...fresh.childNodes];
  next.forEach((node, i) => {
    const at = old.childNodes[i];
    if (!at) old.append(node);
    else if (!alike(at, node)) at.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) element(at, node);
    else if (at.data !== node.data && node.parentNode?.nodeName !== "TIME") at.data = node.data;
  });
  while (old.childNodes.length > next.length) old.lastChild.remove();
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.id === b.id;
}

function element(old, fresh) {
  if (old.nodeName === "TIME" && old.dateTime === fresh.dateTime) return;
  for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !(old.nodeName === "DETAILS" && name === "open")) old.removeAttribute(name);
  if (old.nodeName !== "OUTPUT") children(old, fresh);
}
