// Starts one program and outlives neither it nor its own parent. The parent holds the other end of an IPC channel:
// when the channel closes, by a stop or by any death of the parent, the program's whole process group is ended.
// Plain JavaScript, so that sources under test and the compiled product start the same file.
import { spawn } from 'node:child_process';

let child = null;
let stopping = false;
let graceMs = 5_000;

// The group is the program's own: signals of the terminal reach the parent alone, which then stops its parts in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
process.on('disconnect', stop);
process.on('message', (order) => (order.stop ? stop() : start(order)));

function start(order) {
  graceMs = order.graceMs;
  child = spawn(order.command, order.args, {
    cwd: order.folder,
    env: { ...process.env, ...order.variables, NODE_CHANNEL_FD: undefined },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  child.once('error', (error) => {
    tell({ failed: error.message });
    process.exit(127);
  });
  child.once('spawn', () => tell({ pid: child.pid }));
  child.once('exit', (code, signal) => {
    tell({ exited: { code, signal } });
    signalGroup('SIGKILL'); // what the program itself left behind, such as a browser
    process.exit(0);
  });
}

function stop() {
  if (stopping) return;
  stopping = true;
  if (child === null || child.pid === undefined) process.exit(0);
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), graceMs);
}

function signalGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function tell(message) {
  if (process.connected) process.send(message, () => undefined);
}
