const PATHS: Record<string, string> = {
  signpost: "M11 2h2v3h6l2 2.5-2 2.5h-6v2H5l-2-2.5L5 7h6V2zm0 12h2v8h-2z",
  hourglass: "M6 2h12v3l-5 7 5 7v3H6v-3l5-7-5-7V2z",
  flame: "M12 1c1 4 6 6.5 6 12.5A6 6.5 0 0 1 6 16c0-3 1.5-4.5 2.5-6 .5 1.5 1 2.5 2 3C10 9 10.5 5 12 1z",
  book: "M2 4h7.5a2 2 0 0 1 2 2v14a2 2 0 0 0-2-1.5H2zM22 4h-7.5a2 2 0 0 0-2 2v14a2 2 0 0 1 2-1.5H22z",
  bubbles: "M3 4h13v9H9l-4 4v-4H3V4zm15 5h3v8h-2v3l-3-3h-6v-2h8V9z",
  cairn: "M3 21a9 3.5 0 0 1 18 0zM6 15.5a6 3 0 0 1 12 0zM8.5 10a3.5 3 0 0 1 7 0z",
  sunrise: "M2 19h20v2H2zM6 17a6 6 0 0 1 12 0zM11 3h2v5h-2zM3.5 8.5 5 7l3 3-1.5 1.5zM19 7l1.5 1.5-3 3L16 10z",
  star: "M12 2l3 7h7l-5.5 4.5 2 7.5L12 16.5 5.5 21l2-7.5L2 9h7z",
  globe:
    "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM11 4.1V11H4.1A8 8 0 0 1 11 4.1zM13 4.1A8 8 0 0 1 19.9 11H13z" +
    "M4.1 13H11v6.9A8 8 0 0 1 4.1 13zM13 19.9V13h6.9a8 8 0 0 1-6.9 6.9z",
  medal: "M7 2h4l1 4 1-4h4l-3 8a6 6 0 1 1-4 0z",
  secret: "M7 10V8a5 5 0 0 1 10 0v2h2v11H5V10zm2 0h6V8a3 3 0 0 0-6 0z",
  moon: "M14 2a10 10 0 1 0 8 14A9 9 0 0 1 14 2z",
};

/** The picture of an achievement; its title says the same. */
export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name] ?? PATHS["cairn"]} />
    </svg>
  );
}
