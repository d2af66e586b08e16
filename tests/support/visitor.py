"""Somebody at the page of `colorkeras demo`, in a real browser."""

import base64

# As a person drops a file from another window.
DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (x) => x.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  const how = { dataTransfer: transfer, bubbles: true, cancelable: true };
  for (const kind of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(kind, how));
}"""


class Visitor:
    """Somebody at the page, who notices requests to elsewhere and faults of the scripts."""

    def __init__(self, browser, address, **options):
        self.address = address
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.urls, self.faults = set(), []
        self.page.on("request", lambda request: self.urls.add(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        # From now on the browser hands out its file dialogs: to ask for that later may be too late.
        self.page.on("filechooser", lambda chooser: None)
        self.page.goto(address)
        self.page.wait_for_selector("#model option", state="attached")

    def drop(self, name, data):
        self.page.evaluate(DROP, [name, base64.b64encode(data).decode()])

    def dropped(self, name, data):
        """Drop a photograph, and wait until it is colored."""
        self.drop(name, data)
        self.page.wait_for_selector(f"#name:has-text('{name}')")
        self.page.wait_for_selector("#after[src]")

    def colored(self, act):
        """Do something, and wait until the photograph is colored anew."""
        old = self.page.get_attribute("#after", "src")
        act()
        self.page.wait_for_selector(f"#after:not([src='{old}'])")

    def place(self, x, y):
        box = self.page.locator("#stage").bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def close(self, expected=()):
        self.context.close()
        assert [fault for fault in self.faults if not any(x in fault for x in expected)] == []
        foreign = [u for u in self.urls if not u.startswith((self.address, "data:", "blob:"))]
        assert foreign == []
