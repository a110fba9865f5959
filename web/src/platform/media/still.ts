// A photo a second, for lines that carry only sound: the server's clock of
// pictures goes on, and viewers see the host's last look.

const width = 270;
const height = 480;

export class StillTrack {
  private readonly canvas = document.createElement('canvas');
  private readonly video = document.createElement('video');
  private readonly timer: ReturnType<typeof setInterval>;
  readonly track: MediaStreamTrack;
  private beat = 0;
  private shot = false;

  constructor() {
    this.canvas.width = width;
    this.canvas.height = height;
    this.video.muted = true;
    this.video.playsInline = true;
    this.draw();
    this.track = this.canvas.captureStream(1).getVideoTracks()[0]!;
    this.timer = setInterval(() => this.draw(), 1_000);
  }

  /** The camera whose last picture is shown. */
  from(camera: MediaStreamTrack | undefined) {
    const now = (this.video.srcObject as MediaStream | null)?.getVideoTracks()[0];
    if (!camera || now === camera) return;
    this.video.srcObject = new MediaStream([camera]);
    void this.video.play().catch(() => undefined); // the photo stays as it is
  }

  stop() {
    clearInterval(this.timer);
    this.track.stop();
    this.video.srcObject = null;
  }

  private draw() {
    const c = this.canvas.getContext('2d');
    if (!c) return;
    const { videoWidth: w, videoHeight: h } = this.video;
    const scale = w && h ? Math.max(width / w, height / h) : 0;
    // A fresh photo every ten seconds: it costs as much as many that repeat.
    if (scale && (!this.shot || this.beat % 10 === 0)) {
      c.drawImage(this.video, (width - w * scale) / 2, (height - h * scale) / 2, w * scale, h * scale);
      this.shot = true;
    } else if (!this.shot) {
      c.fillStyle = '#0d4a34';
      c.fillRect(0, 0, width, height);
    }
    // One pixel changes, so that a frame is sent although nothing moves.
    c.fillStyle = ++this.beat % 2 ? '#0d4a34' : '#0e4b35';
    c.fillRect(0, 0, 1, 1);
  }
}
