// The microphone's sound in, frames of PCM16 at 16 kHz out by its port, channels interleaved. Runs on the audio thread,
// where live_resampler.js was loaded before it.
"use strict";

const OUT_RATE_HZ = 16_000;
const FRAME_SAMPLES = 1_600;  // a tenth of a second: small beside the pause that settles a sentence

class PcmWorklet extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.channels = processorOptions.channels;
    this.resamplers = Array.from({ length: this.channels }, () => new Resampler(sampleRate, OUT_RATE_HZ));
    this.frame = new Int16Array(FRAME_SAMPLES * this.channels);
    this.filled = 0;
  }

  process([input]) {
    if (!input.length) return true;
    const made = this.resamplers.map((one, channel) => one.push(input[Math.min(channel, input.length - 1)]));
    made[0].forEach((_, at) => {
      made.forEach((samples, channel) => {
        const loudest = Math.max(-1, Math.min(1, samples[at]));
        this.frame[this.filled * this.channels + channel] = Math.round(loudest * 32_767);
      });
      this.filled += 1;
      if (this.filled === FRAME_SAMPLES) this.post();
    });
    return true;
  }

  post() {
    const { buffer } = this.frame;
    this.port.postMessage(buffer, [buffer]);
    this.frame = new Int16Array(FRAME_SAMPLES * this.channels);
    this.filled = 0;
  }
}

registerProcessor("pcm-worklet", PcmWorklet);
