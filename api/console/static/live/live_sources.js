// Where a call's sound comes from: a microphone, a softphone's tab beside it, or a recording played as if it were a call. Either gives frames of
// PCM16 at 16 kHz, channels interleaved, once it is started. Knows no network and no page.
"use strict";

const RATE_HZ = 16_000;
const MOST_CHANNELS = 2;  // the agent's side and the customer's
const WORKLETS = ["live_resampler.js", "live_worklet.js"];
const TICK_MS = 100;
const MOST_FRAME_SAMPLES = 8_000;  // half a second: two channels of it are 32 KB, half of what one message may hold

// A tab's sound is clean already; what browsers do against a room's echo and noise would only eat words.
const UNTOUCHED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

class SilentTab extends Error {}

class RecordingSource {
  // Any sound that the browser can decode; it is brought to 16 kHz by the decoder itself.
  static async open(bytes, speed) {
    const decoder = new OfflineAudioContext(1, 1, RATE_HZ);
    const sound = await decoder.decodeAudioData(bytes);
    const channels = Array.from({ length: Math.min(MOST_CHANNELS, sound.numberOfChannels) }, (_, one) => sound.getChannelData(one));
    return new RecordingSource(channels, speed);
  }

  constructor(samples, speed) {
    this.samples = samples;
    this.speed = speed;
    this.sent = 0;  // samples of each channel; a call that goes on goes on from here
  }

  get channels() { return this.samples.length; }

  // A timer that comes late, as in a tab behind another, sends what has become due since. `room` says how many seconds
  // more may be sent now: a service that cannot follow the chosen pace sets its own.
  start(take, ended, room) {
    let before = performance.now();
    let due = this.sent;
    this.timer = setInterval(() => {
      const now = performance.now();
      due += Math.min((now - before) / 1000 * this.speed, Math.max(0, room())) * RATE_HZ;
      before = now;
      const until = Math.min(Math.floor(due), this.samples[0].length);
      while (this.sent < until) take(this.frame(Math.min(until, this.sent + MOST_FRAME_SAMPLES)));
      if (this.sent < this.samples[0].length) return;
      this.stop();
      ended();
    }, TICK_MS);
  }

  frame(until) {
    const frame = new Int16Array((until - this.sent) * this.channels);
    this.samples.forEach((samples, channel) => {
      for (let at = this.sent; at < until; at += 1) {
        const value = Math.max(-1, Math.min(1, samples[at]));
        frame[(at - this.sent) * this.channels + channel] = Math.round(value * 32_767);
      }
    });
    this.sent = until;
    return frame.buffer;
  }

  stop() { clearInterval(this.timer); }
}

class LiveSource {
  // The microphone alone, or with the sound of a softphone's tab as the second channel: the agent's side and the
  // customer's. Browsers hand out either on https and localhost only; elsewhere there is no mediaDevices at all.
  static async open({ withTab = false } = {}) {
    // The tab is asked for first: its picker opens only right after a click.
    const tab = withTab ? await navigator.mediaDevices.getDisplayMedia({ video: true, audio: UNTOUCHED }) : null;
    const source = new LiveSource([tab].filter(Boolean));
    try {
      if (tab && !tab.getAudioTracks().length) throw new SilentTab();
      source.streams.unshift(await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 }, video: false }));
      source.context = new AudioContext();
      for (const name of WORKLETS) await source.context.audioWorklet.addModule(`/console/static/${name}`);
    } catch (error) {
      source.stop();
      throw error;
    }
    return source;
  }

  constructor(streams) { this.streams = streams; }

  get channels() { return this.streams.length; }

  start(take, ended) {
    const options = { processorOptions: { channels: this.channels }, channelCount: this.channels, channelCountMode: "explicit" };
    const worklet = new AudioWorkletNode(this.context, "pcm-worklet", options);
    const merger = new ChannelMergerNode(this.context, { numberOfInputs: this.channels });
    this.streams.forEach((stream, channel) => {
      const sound = new MediaStream(stream.getAudioTracks());
      this.context.createMediaStreamSource(sound).connect(merger, 0, channel);
      stream.getAudioTracks()[0].addEventListener("ended", ended);
    });
    worklet.port.onmessage = ({ data }) => take(data);
    // The worklet's output is silence; a node that leads nowhere need not be run.
    merger.connect(worklet).connect(this.context.destination);
    this.context.resume();
  }

  stop() {
    this.streams.forEach((stream) => stream.getTracks().forEach((track) => track.stop()));
    if (this.context && this.context.state !== "closed") this.context.close();
  }
}

// Return how loud a frame is, each channel on its own: 0 at -60 dB of full scale and below, 100 at full scale.
function levelsOf(buffer, channels) {
  const frame = new Int16Array(buffer);
  const sums = new Array(channels).fill(0);
  frame.forEach((sample, at) => { sums[at % channels] += (sample / 32_768) ** 2; });
  return sums.map((sum) => {
    const decibels = 10 * Math.log10(sum * channels / Math.max(1, frame.length) || 1e-9);
    return Math.round(Math.max(0, Math.min(100, 100 * (1 + decibels / 60))));
  });
}
