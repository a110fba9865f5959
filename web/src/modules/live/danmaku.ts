// Lines that fly over the picture. Lanes are planned here without a canvas; a
// line that finds no free lane is dropped, for it stands in the chat anyway.

export interface Flying {
  text: string;
  lane: number;
  x: number;
  width: number;
  /** CSS pixels a second. */
  speed: number;
  mine: boolean;
}

export class Lanes {
  flying: Flying[] = [];

  constructor(
    public lanes: number,
    public width: number,
    private readonly gap = 28,
  ) {}

  /** Takes a line if a lane is free; the longer, the faster, so all take about as long. */
  add(text: string, textWidth: number, mine = false): boolean {
    const speed = (this.width + textWidth) / 7;
    for (let lane = 0; lane < this.lanes; lane++) {
      const last = this.flying.filter((f) => f.lane === lane).pop();
      if (last && !this.roomBehind(last, speed)) continue;
      this.flying.push({ text, lane, x: this.width, width: textWidth, speed, mine });
      return true;
    }
    return false;
  }

  /** The one before has left the right edge and will not be caught up with. */
  private roomBehind(last: Flying, speed: number): boolean {
    const space = this.width - (last.x + last.width) - this.gap;
    if (space < 0) return false;
    if (speed <= last.speed) return true;
    const timeLeft = (last.x + last.width) / last.speed;
    return space >= (speed - last.speed) * timeLeft;
  }

  /** Moves everything on; what has left is forgotten. Answers whether anything still flies. */
  step(seconds: number): boolean {
    for (const f of this.flying) f.x -= f.speed * seconds;
    this.flying = this.flying.filter((f) => f.x + f.width > 0);
    return this.flying.length > 0;
  }
}
