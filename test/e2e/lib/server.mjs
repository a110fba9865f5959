// A fresh server: the real binary, an empty data folder, free ports.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const binary = process.env.TIANBO || join(root, 'bin/tianbo');
const run = promisify(execFile);

// The settings of whoever runs the tests are not those of the tests.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TIANBO_')));

/** A TCP port that nobody has now. */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

export class Server {
  /** Settings that stay the same over a restart. */
  static async start({ admin, set = {} } = {}) {
    const server = new Server();
    server.data = await mkdtemp(join(tmpdir(), 'tianbo-e2e-'));
    const [web, rtmp, udp] = await Promise.all([freePort(), freePort(), freePort()]);
    server.base = `http://127.0.0.1:${web}`;
    server.rtmp = `rtmp://127.0.0.1:${rtmp}/live`;
    const settings = {
      demo: 'true', 'limits.factor': '0', 'platform.operator': '示范县电商协会', 'platform.region': '629901',
      'media.rtmp': `127.0.0.1:${rtmp}`, 'media.udp': `127.0.0.1:${udp}`, 'log.level': 'info', ...set,
    };
    server.flags = ['--data', server.data, '--listen', `127.0.0.1:${web}`, ...Object.entries(settings).flatMap(([k, v]) => ['--set', `${k}=${v}`])];
    try {
      if (admin) await server.command('admin', 'create', admin.phone, '--name', admin.name);
      await server.up();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Runs a command of the binary on this server's data and gives its output. */
  async command(...words) {
    const { stdout } = await run(binary, [...words, ...this.flags], { env: environment });
    return stdout;
  }

  async up() {
    const child = spawn(binary, ['serve', ...this.flags], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    this.log ??= '';
    let ready;
    const said = new Promise((done, fail) => {
      ready = done;
      child.once('error', (e) => fail(new Error(`${binary} does not start (${e.message}); run make build, or set TIANBO`)));
      child.once('exit', (code, signal) => fail(new Error(`the server stopped (${code ?? signal}):\n${this.log.slice(-4000)}`)));
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.log += text;
      if (this.log.length > 400_000) this.log = this.log.slice(-200_000);
      if (text.includes('tianbo serves')) ready();
    });
    await said;
  }

  /** Ends the process: politely, or as a power cut does. The data stay. */
  async down(signal = 'SIGTERM') {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async restart(signal) {
    await this.down(signal);
    await this.up();
  }

  async stop() {
    await this.down();
    await rm(this.data, { recursive: true, force: true });
  }
}
