import { peakMemoryBytes } from '../core/peak-memory.js';

// Loaded before a program that is measured: its last line on stderr is its peak, in bytes.
process.on('exit', () => process.stderr.write(`peak ${peakMemoryBytes()}\n`));
