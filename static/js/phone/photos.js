// Photos are made small here, before they are locked: a village's signal carries half a megabyte,
// not eight. Drawing anew also leaves behind what a camera hides in a file (place, owner).
import { h, icon } from "./dom.js";
import { say } from "./words.js";

const MOST = 10;
const SIDES = [1600, 1280, 960];
const BYTES = 500 * 1024;

// Returns {element, blobs(), busy()}.
export function photoField() {
  const kept = new Set();
  let working = 0;
  const list = h("ul", { class: "photos" });
  const message = h("p", { class: "hint", role: "status" });
  const input = h("input", {
    type: "file",
    id: "photos",
    accept: "image/*",
    multiple: true,
    class: "visually-hidden",
    onchange: take,
  });

  async function take() {
    const files = [...input.files];
    input.value = "";
    working += 1;
    message.textContent = say("photo_working");
    let wrong = "";
    for (const file of files) {
      if (kept.size >= MOST) {
        wrong = say("photos_most", { most: MOST });
        break;
      }
      try {
        show(await shrink(file));
      } catch {
        wrong = say("photo_unreadable", { name: file.name });
      }
    }
    working -= 1;
    message.textContent = wrong || (kept.size ? say("photos_taken", { count: kept.size }) : "");
  }

  function show({ blob, canvas }) {
    kept.add(blob);
    const label = say("photo_number", { number: kept.size });
    const drop = () => {
      kept.delete(blob);
      line.remove();
      message.textContent = say("photos_taken", { count: kept.size });
      input.focus();
    };
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    const line = h(
      "li",
      {},
      canvas,
      h(
        "button",
        { type: "button", class: "photo-drop", "aria-label": say("photo_drop", { label }), onclick: drop },
        icon("x"),
      ),
    );
    list.append(line);
  }

  const element = h(
    "fieldset",
    { class: "group" },
    h("legend", {}, say("photos")),
    list,
    input,
    h("label", { class: "btn file-btn", for: "photos" }, icon("plus"), say("photo_add")),
    message,
  );
  return { element, blobs: () => [...kept], busy: () => working > 0 };
}

async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  let blob = null;
  for (const side of SIDES) {
    for (const quality of [0.82, 0.68, 0.55]) {
      blob = await drawn(picture, side).convertToBlob(quality);
      if (blob.size <= BYTES) break;
    }
    if (blob.size <= BYTES) break;
  }
  const small = drawn(picture, 192).canvas; // a preview that needs no address of its own
  picture.close();
  return { blob, canvas: small };
}

function drawn(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const convertToBlob = (quality) =>
    new Promise((resolve, reject) => {
      const done = (blob) => (blob ? resolve(blob) : reject(new Error("canvas")));
      canvas.toBlob(done, "image/jpeg", quality);
    });
  return { canvas, convertToBlob };
}
