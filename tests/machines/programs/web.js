// A Node service as people write them: says in report.json which of its works failed.
const fs = require("fs"), http = require("http"), os = require("os");
const { execFileSync } = require("child_process");
const { Worker } = require("worker_threads");
const home = process.env.STATE_DIRECTORY || process.cwd();
const port = Number(process.argv[2]);

const works = {
  serve: () => new Promise((done, fail) => {
    http.createServer((_, answer) => answer.end("hello")).listen(port, "127.0.0.1", () =>
      http.get(`http://127.0.0.1:${port}/`, answer =>
        answer.statusCode === 200 ? done() : fail(answer.statusCode)).on("error", fail));
  }),
  compiled: () => {
    let sum = 0;
    for (let i = 0; i < 3e6; i++) sum += i % 7;
    return sum;
  },
  worker: () => new Promise((done, fail) =>
    new Worker("require('worker_threads').parentPort.postMessage(1)", { eval: true })
      .on("message", done).on("error", fail)),
  wasm: () => WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
  programs: () => execFileSync("uname"),
  files: () => fs.writeFileSync(`${home}/node.txt`, "x"),
  temporary_files: () => fs.mkdtempSync(`${os.tmpdir()}/node-`),
  interfaces: () => { if (!os.networkInterfaces().lo) throw new Error("no lo"); },
  machine: () => { if (!os.cpus().length) throw new Error("no processor"); },
};

(async () => {
  const found = {};
  for (const [name, work] of Object.entries(works)) {
    try { await work(); } catch (error) { found[name] = String(error); }
  }
  fs.writeFileSync(`${home}/report.new`, JSON.stringify(found));
  fs.renameSync(`${home}/report.new`, `${home}/report.json`);
})();
