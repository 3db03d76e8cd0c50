// A pad to sign on with a finger or a mouse. What is drawn becomes the file of the form, so the
// server gets a picture either way; without this script a picture can still be chosen.
for (const form of document.querySelectorAll("[data-signature]")) {
  const box = form.querySelector("[data-pad]");
  const pad = box.querySelector("canvas");
  const input = form.querySelector("input[type=file]");
  const pen = pad.getContext("2d");
  let drawn = false;

  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pad.width, pad.height);
    if (drawn) input.value = "";
    drawn = false;
  };
  const place = (event) => {
    const edge = pad.getBoundingClientRect();
    return [
      ((event.clientX - edge.left) / edge.width) * pad.width,
      ((event.clientY - edge.top) / edge.height) * pad.height,
    ];
  };
  pen.lineWidth = 4;
  pen.lineCap = pen.lineJoin = "round";
  clear();
  box.hidden = false;

  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...place(event));
    pen.stroke();
    drawn = true;
  });
  pad.addEventListener("pointerup", () => {
    if (!drawn) return;
    pad.toBlob((picture) => {
      const files = new DataTransfer();
      files.items.add(new File([picture], "tanda-tangan.png", { type: "image/png" }));
      input.files = files.files;
    }, "image/png");
  });
  box.querySelector("[data-clear]").addEventListener("click", clear);
}
