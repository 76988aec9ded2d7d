// Live steps and chat.  Without this file the page still works: forms post, links follow.
const steps = document.querySelector("#steps[data-live]");
if (steps) {
  const source = new EventSource(steps.dataset.live);
  const seen = new Set([...steps.querySelectorAll("strong")].map((name) => name.textContent));
  source.addEventListener("step", (event) => {
    const step = JSON.parse(event.data);
    if (seen.has(step.name)) return;
    seen.add(step.name);
    const item = document.createElement("li");
    const name = document.createElement("strong");
    const took = document.createElement("span");
    name.textContent = step.name;
    took.textContent = ` ${step.seconds.toFixed(1)} s`;
    took.className = "quiet";
    item.append(name, ` ${step.summary}`, took);
    steps.append(item);
  });
  source.addEventListener("state", (event) => {
    const { state } = JSON.parse(event.data);
    if (!["queued", "running"].includes(state)) {
      source.close();
      location.reload();
    }
  });
}

const form = document.querySelector("#say");
const talk = document.querySelector("#talk");
let thread = null;

function show(text, who) {
  const line = document.createElement("p");
  line.className = who;
  line.textContent = text;
  talk.append(line);
  line.scrollIntoView({ block: "nearest" });
  return line;
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const message = form.elements.message.value.trim();
  if (!message) return;
  form.reset();
  show(message, "me");
  const answer = show("…", "them");
  try {
    const response = await fetch("/v1/chat", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(thread ? { message, thread_id: thread } : { message }),
    });
    const body = await response.json();
    thread = body.thread_id ?? thread;
    answer.textContent = response.ok ? body.reply : `${body.detail} ${body.todo ?? ""}`;
  } catch {
    answer.textContent = "The server did not answer. Is it still running?";
  }
});
