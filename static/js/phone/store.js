// IndexedDB with promises. What is written is on the disk when the promise resolves: a phone whose
// battery dies a second later still has the visit.
const NAME = "pkh-lapangan";
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore("meta"); // device, vault (the key), caseload, draft, leaving
      db.createObjectStore("outbox", { keyPath: "id" });
      db.createObjectStore("photos", { keyPath: "id" }).createIndex("item", "item");
    };
    request.onsuccess = () => {
      // Another tab removes or renews the database: let go, and open again at the next question.
      request.result.onversionchange = () => {
        request.result.close();
        opening = null; // `onclose` is not told of our own closing
      };
      request.result.onclose = () => (opening = null);
      resolve(request.result);
    };
    request.onerror = () => {
      opening = null;
      reject(request.error);
    };
  });
  return opening;
}

const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export async function get(store, key) {
  return result((await open()).transaction(store).objectStore(store).get(key));
}

export async function all(store) {
  return result((await open()).transaction(store).objectStore(store).getAll());
}

export async function ofItem(item) {
  const photos = (await open()).transaction("photos").objectStore("photos");
  return result(photos.index("item").getAll(item));
}

// `write(name => store)` asks for its changes at once; all of them happen, or none.
export async function change(stores, write) {
  const transaction = (await open()).transaction(stores, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
  write((name) => transaction.objectStore(name));
  return done;
}

export const put = (store, value, key) =>
  change([store], (of) => (key === undefined ? of(store).put(value) : of(store).put(value, key)));

export const remove = (store, key) => change([store], (of) => of(store).delete(key));
