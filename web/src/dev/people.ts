/** Painted people that move, for screens without cameras. */

import type { Person } from "../session/model";

const NAMES = "Ana Sam Priya Jordan Lee Mateo Ruth Noor Theo Maria-Fernanda Kofi Ines Walt Yuki Dee Omar Bea Finn Salma Gus Chidi Lena Pat Ravi Joy".split(" ");

export const nameOf = (index: number): string => NAMES[index % NAMES.length]! + (index >= NAMES.length ? ` ${index}` : "");

const WALLS = ["#b9c8b4", "#c7b49d", "#a9b8c9", "#d3c3b3", "#9fb0a5", "#c9b7c1", "#8f9fb3"];
const SKINS = ["#f1c9a5", "#8d5a3b", "#d9a066", "#5f3b26", "#eab98f", "#b97a4e"];
const SHIRTS = ["#35607a", "#7b4b5e", "#4c6b46", "#8a5a2b", "#5a5384", "#2f5f5b"];
const HAIRS = ["#2b211c", "#5b3a21", "#111111", "#8a8480", "#a5682a"];

const pick = (from: readonly string[], index: number): string => from[index % from.length]!;

/** A head and shoulders in front of a wall, nodding; one picture per `1000 / fps` ms. */
export function paintedPerson(index: number, width: number, height: number, fps: number): MediaStream {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d")!;
  let frame = 0;
  const paint = () => draw(context, index, frame++ / fps);
  paint();
  setInterval(paint, 1000 / fps);
  return canvas.captureStream(fps);
}

function draw(c: CanvasRenderingContext2D, index: number, time: number): void {
  const { width, height } = c.canvas;
  const unit = Math.min(width, height);
  const sway = Math.sin(time * 1.3 + index) * unit * 0.02;
  c.fillStyle = pick(WALLS, index * 5 + 1);
  c.fillRect(0, 0, width, height);
  c.fillStyle = "rgb(255 255 255 / 0.35)";
  c.fillRect(width * (0.08 + (index % 3) * 0.3), 0, width * 0.2, height * 0.55);
  const x = width / 2 + sway;
  const y = height * 0.42;
  c.fillStyle = pick(SHIRTS, index * 7 + 2);
  c.beginPath();
  c.ellipse(x, height * 1.02, unit * 0.42, unit * 0.36, 0, 0, Math.PI * 2);
  c.fill();
  c.fillStyle = pick(HAIRS, index * 3);
  c.beginPath();
  c.ellipse(x, y - unit * 0.04, unit * 0.21, unit * 0.25, 0, 0, Math.PI * 2);
  c.fill();
  c.fillStyle = pick(SKINS, index * 11 + 3);
  c.fillRect(x - unit * 0.065, y + unit * 0.12, unit * 0.13, unit * 0.2);
  c.beginPath();
  c.ellipse(x, y + unit * 0.02, unit * 0.165, unit * 0.21, 0, 0, Math.PI * 2);
  c.fill();
  c.fillStyle = "rgb(20 10 5 / 0.75)";
  for (const side of [-1, 1]) {
    c.beginPath();
    c.ellipse(x + side * unit * 0.065, y, unit * 0.016, unit * 0.02, 0, 0, Math.PI * 2);
    c.fill();
  }
  c.lineWidth = unit * 0.014;
  c.strokeStyle = "rgb(90 30 20 / 0.75)";
  c.beginPath();
  c.arc(x, y + unit * 0.06, unit * 0.06, 0.25 * Math.PI, 0.75 * Math.PI);
  c.stroke();
}

/** A slide, as a shared screen. */
export function paintedScreen(): MediaStream {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1280, 720];
  const c = canvas.getContext("2d")!;
  let step = 0;
  const paint = () => {
    c.fillStyle = "#fbfaf5";
    c.fillRect(0, 0, 1280, 720);
    c.fillStyle = "#17302e";
    c.font = "bold 64px sans-serif";
    c.fillText("Riding the wave", 96, 150);
    c.font = "36px sans-serif";
    ["Notice the urge.", "Name where it sits.", "Breathe with it.", "Watch it pass."].forEach((line, i) => c.fillText(`${i + 1}.  ${line}`, 110, 260 + i * 84));
    c.fillStyle = "#d98a1c";
    c.fillRect(96, 640, 200 + (step++ % 20) * 30, 10);
  };
  paint();
  setInterval(paint, 200);
  return canvas.captureStream(5);
}

/** Somebody in the room as they come: live, with nothing to tell of. */
export function person(index: number, name: string): Person {
  return {
    id: `p${index}`,
    name,
    role: "participant",
    function: null,
    me: index === 0,
    muted: false,
    present: true,
    speaking: false,
    sources: ["microphone", "camera"],
    hand: null,
    resting: null,
    covered: false,
    calling: false,
    with: null,
  };
}
