// What changes while one looks: parts of a page that the server sends anew, and lines of a
// log. Without this a page is as it was when it was opened.
"use strict";

const policy = window.trustedTypes
	? trustedTypes.createPolicy("armonic", { createHTML: (html) => html })
	: { createHTML: (html) => html };

// replace puts what the server made in the place of a part, and keeps what a person is doing
// in it: the focus, an open detail, a form that is being filled in.
function replace(part, html) {
	const focused = document.activeElement;
	if (part.contains(focused) && focused.matches("input:not([type=hidden]), textarea, select") && focused.value !== focused.defaultValue) {
		part.dataset.waiting = html; // it is shown when the field is left
		return;
	}
	const path = part.contains(focused) ? pathOf(part, focused) : null;
	const opened = [...part.querySelectorAll("details")].map((d) => d.open);
	part.innerHTML = policy.createHTML(html);
	[...part.querySelectorAll("details")].forEach((d, i) => { if (opened[i]) d.open = true; });
	if (path) {
		let at = part;
		for (const i of path) at = at && at.children[i];
		if (at && at.tagName === focused.tagName) at.focus({ preventScroll: true });
	}
}

function pathOf(part, element) {
	const path = [];
	for (let e = element; e !== part; e = e.parentElement) path.unshift([...e.parentElement.children].indexOf(e));
	return path;
}

document.addEventListener("focusout", (event) => {
	const part = event.target.closest("[data-waiting]");
	if (!part) return;
	setTimeout(() => {
		const html = part.dataset.waiting;
		if (html === undefined || part.contains(document.activeElement)) return;
		delete part.dataset.waiting;
		replace(part, html);
	}, 0);
});

// most is how many lines of a log stay in the page.
const most = 5000;

function append(html, missed) {
	const log = document.getElementById("log");
	if (!log) return;
	if (missed) {
		const note = document.createElement("div");
		note.className = "line dim";
		note.textContent = missed + " lines are left out here; the whole log has them";
		log.append(note);
	}
	const lines = document.createElement("template");
	lines.innerHTML = policy.createHTML(html);
	log.append(lines.content);
	while (log.childElementCount > most) log.firstElementChild.remove();
	const follow = document.getElementById("follow");
	if (follow && follow.checked) log.scrollTop = log.scrollHeight;
}

for (const part of document.querySelectorAll("[data-live]")) {
	const events = new EventSource(part.dataset.live);
	const lost = document.getElementById("connection");
	events.addEventListener("open", () => { lost.hidden = true; });
	events.addEventListener("error", () => { lost.hidden = false; });
	events.addEventListener("part", (event) => replace(part, JSON.parse(event.data).html));
	events.addEventListener("lines", (event) => {
		const sent = JSON.parse(event.data);
		append(sent.html, sent.missed);
	});
	events.addEventListener("end", () => { events.close(); lost.hidden = true; });
	window.addEventListener("pagehide", () => events.close());
}

const log = document.getElementById("log");
if (log) log.scrollTop = log.scrollHeight;
