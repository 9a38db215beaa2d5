"""A headless Chromium, driven over WebDriver with nothing but the standard library.

What the page said on its console and every request that it made are in the driver's logs.
"""
import json
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def missing():
    """The program that is not installed, or None."""
    return next((name for name in ("chromedriver", "chromium") if shutil.which(name) is None), None)


class Browser:
    def __init__(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True,
                                       stderr=subprocess.DEVNULL)
        for line in self.driver.stdout:  # "... was started successfully on port 12345."
            if "on port" in line and "successfully" in line:
                self.url = f"http://127.0.0.1:{int(line.rsplit(' ', 1)[1].strip(' .' + chr(10)))}"
                break
        else:
            raise RuntimeError("chromedriver did not start")
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     f"--user-data-dir={self.profile.name}"]
        self.url += "/session/" + self.call("/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments, "binary": shutil.which("chromium")},
            "timeouts": {"script": 120000},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("", method="DELETE")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.profile.cleanup()

    def call(self, path, body=None, method=None):
        request = urllib.request.Request(self.url + path, method=method or "POST",
                                         data=json.dumps(body or {}).encode() if method != "DELETE" else None,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def devtools(self, command, **parameters):
        return self.call("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def look(self, width, height=900, dark=False, media="screen"):
        """How wide the window is and what its reader prefers."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=width < 600)
        self.devtools("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, url):
        self.call("/url", {"url": url})

    def run(self, script, *arguments):
        """What the JavaScript function body returns."""
        return self.call("/execute/sync", {"script": script, "args": list(arguments)})

    def point_at(self, x, y):
        self.devtools("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.devtools("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def screenshot(self, whole=False):
        """PNG in base64."""
        return self.devtools("Page.captureScreenshot", captureBeyondViewport=whole, **({"clip": {
            **self.run("return {x: 0, y: 0, width: innerWidth, height: document.documentElement.scrollHeight}"),
            "scale": 1}} if whole else {}))["data"]

    def console(self):
        return [entry["message"] for entry in self.call("/se/log", {"type": "browser"})]

    def requests(self):
        """URLs that were asked for since the last call."""
        entries = [json.loads(entry["message"])["message"] for entry in self.call("/se/log", {"type": "performance"})]
        return [entry["params"]["request"]["url"] for entry in entries if entry["method"] == "Network.requestWillBeSent"]
