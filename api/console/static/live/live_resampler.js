// Sound at the sound card's rate in, at another rate out, piece by piece: a windowed sinc, so that nothing above the
// new rate's half folds back into speech. Runs in the worklet; knows no page and no network.
"use strict";

const ZERO_CROSSINGS = 16;  // each side of the window
const CUTOFF = 0.9;  // of the lower rate's half. To 16 kHz: flat up to 6.5 kHz, 46 dB down from 8 kHz on, 62 from 9 (2026-11-23)

function commonDivisor(one, other) {
  return other ? commonDivisor(other, one % other) : one;
}

class Resampler {
  constructor(from, to) {
    const divisor = commonDivisor(from, to);
    this.step = from / divisor;  // an output lies step / phases inputs after the one before
    this.phases = to / divisor;
    this.cutoff = CUTOFF * Math.min(1, to / from);
    this.half = Math.ceil(ZERO_CROSSINGS / this.cutoff);
    this.kept = new Float32Array(2 * this.half);
    this.place = 0;
    this.kernels = new Map();
  }

  push(samples) {
    const { half, phases } = this;
    const whole = new Float32Array(this.kept.length + samples.length);
    whole.set(this.kept);
    whole.set(samples, this.kept.length);
    const made = [];
    for (; Math.floor(this.place / phases) + 2 * half <= whole.length; this.place += this.step) {
      const first = Math.floor(this.place / phases);
      const kernel = this.kernel(this.place % phases);
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap += 1) sum += whole[first + tap] * kernel[tap];
      made.push(sum);
    }
    this.place -= (whole.length - 2 * half) * phases;
    this.kept = whole.slice(whole.length - 2 * half);
    return made;
  }

  kernel(phase) {
    if (!this.kernels.has(phase)) this.kernels.set(phase, this.makeKernel(phase / this.phases));
    return this.kernels.get(phase);
  }

  makeKernel(fraction) {
    const kernel = Float32Array.from({ length: 2 * this.half }, (_, tap) => {
      const at = tap - (this.half - 1) - fraction;
      const turn = Math.PI * this.cutoff * at;
      const hann = 0.5 + 0.5 * Math.cos(Math.PI * Math.max(-1, Math.min(1, at / this.half)));
      return (turn ? Math.sin(turn) / turn : 1) * hann;
    });
    const sum = kernel.reduce((total, tap) => total + tap, 0);
    return kernel.map((tap) => tap / sum);
  }
}

globalThis.Resampler = Resampler;
