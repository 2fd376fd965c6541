// What changes while one looks: parts of a page that the server sends anew, and lines of a
// log. Without this a page is as it was when it was opened.
"use strict";

const policy = window.trustedTypes
	? trustedTypes.createPolicy("armonic", { createHTML: (html) => html })
	: { createHTML: (html) => html };

// replace puts what the server made in the place of what stands in an element, or of the element
// itself, and keeps what a person is doing in it: the focus, an open detail, a form that is
// being filled in.
function replace(part, html, itself) {
	const focused = document.activeElement;
	if (part.contains(focused) && focused.matches("input:not([type=hidden]), textarea, select") && focused.value !== focused.defaultValue) {
		part.dataset.waiting = html; // it is shown when the field is left
		return;
	}
	const path = part.contains(focused) ? pathOf(part, focused) : null;
	const opened = [...part.querySelectorAll("details")].map((d) => d.open);
	if (itself) {
		const made = document.createElement("template");
		made.innerHTML = policy.createHTML(html);
		const next = made.content.firstElementChild;
		part.replaceWith(next);
		part = next;
	} else {
		part.innerHTML = policy.createHTML(html);
	}
	if (opened.includes(true)) [...part.querySelectorAll("details")].forEach((d, i) => { if (opened[i]) d.open = true; });
	if (path) {
		let at = part;
		for (const i of path) at = at && at.children[i];
		if (at && at.tagName === focused.tagName) at.focus({ preventScroll: true });
	}
}

// fill puts elements in their places in a list, from one on, and takes out what it has no more.
function fill(list, sent) {
	const made = document.createElement("template");
	made.innerHTML = policy.createHTML(sent.html);
	let at = sent.from;
	for (const next of [...made.content.children]) {
		const there = list.children[at++];
		if (!there) list.append(next);
		else if (there.outerHTML !== next.outerHTML) replace(there, next.outerHTML, true);
	}
	while (list.childElementCount > sent.all) list.lastElementChild.remove();
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
const most = 1000;

function append(html, missed) {
	const log = document.getElementById("log");
	if (!log) return;
	if (missed) {
		const note = document.createElement("div");
		note.className = "line dim";
		note.textContent = missed + " lines are left out here; a search in the log finds them";
		log.append(note);
	}
	const lines = document.createElement("template");
	lines.innerHTML = policy.createHTML(html);
	log.append(lines.content);
	const over = log.childElementCount - most;
	if (over > 0) {
		const range = document.createRange();
		range.setStartBefore(log.firstElementChild);
		range.setEndAfter(log.children[over - 1]);
		range.deleteContents();
	}
	follow();
}

// follow shows the end of the log, once a frame at most.
let following = false;
function follow() {
	const log = document.getElementById("log"), wanted = document.getElementById("follow");
	if (following || !log || (wanted && !wanted.checked)) return;
	following = true;
	requestAnimationFrame(() => {
		following = false;
		log.scrollTop = log.scrollHeight;
	});
}
follow();

const lost = document.getElementById("connection");

// listen has the server send what changes: once the page is painted, which that would hold up.
let listens = false;
function listen() {
	if (listens) return;
	listens = true;
	for (const part of document.querySelectorAll("[data-live]")) listenTo(part);
}
if (!document.hidden && window.PerformanceObserver) {
	new PerformanceObserver(listen).observe({ type: "paint", buffered: true });
	setTimeout(listen, 1000);
} else listen();

function listenTo(part) {
	const events = new EventSource(part.dataset.live);
	events.addEventListener("open", () => { lost.hidden = true; });
	events.addEventListener("error", () => {
		lost.hidden = false;
		if (events.readyState === EventSource.CLOSED) lost.textContent = "What is shown does not change any more: load the page again.";
	});
	events.addEventListener("part", (event) => {
		const sent = JSON.parse(event.data), at = document.getElementById(sent.id);
		if (at) replace(at, sent.html);
	});
	events.addEventListener("list", (event) => {
		const sent = JSON.parse(event.data), list = document.getElementById(sent.id);
		if (list) fill(list, sent);
	});
	events.addEventListener("rows", (event) => {
		for (const sent of JSON.parse(event.data)) {
			const at = document.getElementById(sent.id);
			if (at) replace(at, sent.html, true);
		}
	});
	events.addEventListener("lines", (event) => {
		const sent = JSON.parse(event.data);
		append(sent.html, sent.missed);
	});
	events.addEventListener("end", () => { events.close(); lost.hidden = true; });
	window.addEventListener("pagehide", () => events.close());
}

// How long ago things were, in the words of the server and by its clock.
const ahead = Date.parse(document.body.dataset.now) - Date.now();

function ago(seconds) {
	if (seconds < 2) return "just now";
	if (seconds < 60) return Math.floor(seconds) + " s ago";
	if (seconds < 3600) return Math.floor(seconds / 60) + " min ago";
	if (seconds < 48 * 3600) return Math.floor(seconds / 3600) + " h ago";
	return Math.floor(seconds / 86400) + " days ago";
}

setInterval(() => {
	if (document.hidden) return;
	for (const time of document.querySelectorAll("time[data-ago]")) {
		const text = ago((Date.now() + ahead - Date.parse(time.dateTime)) / 1000);
		if (time.textContent !== text) time.textContent = text;
	}
}, 1000);
