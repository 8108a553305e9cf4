// Times in the reader's own zone: today's as a time, others with their date.
export function times(part) {
  for (const time of part.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const text = at.toDateString() === new Date().toDateString() ? clock : `${at.toLocaleDateString()} ${clock}`;
    if (time.textContent !== text) time.textContent = text;
    time.title = at.toString();
  }
}
