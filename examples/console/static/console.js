// What is better with JavaScript, and works without: copying a link, and closing
// menus by the Escape key or a click beside them.
"use strict";

for (const button of document.querySelectorAll("button[data-copy]")) {
	if (!navigator.clipboard) break; // not a secure context: mark and copy by hand
	button.hidden = false;
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
		button.textContent = "Copied";
	});
}

function closeMenus(but) {
	for (const menu of document.querySelectorAll("details.menu[open]")) {
		if (menu !== but) menu.open = false;
	}
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
	if (event.key !== "Escape") return;
	const open = document.querySelector("details.menu[open]");
	closeMenus(null);
	open?.querySelector("summary").focus();
});
