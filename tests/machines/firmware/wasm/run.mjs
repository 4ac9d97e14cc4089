// Runs the module that is named by the argument. If the module panics, this program fails.
import { readFileSync } from "node:fs";

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let memory;
const env = {
    print: (text, length) => process.stdout.write(Buffer.from(memory.buffer, text, length)),
    wait_for_timer: () => Atomics.wait(sleeper, 0, 0, 1),
};
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { env });
memory = instance.exports.memory;
instance.exports.run();
