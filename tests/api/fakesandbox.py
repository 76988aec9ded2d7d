
from smartcontent.content import PlatformSpec
class Sandbox:
    spec = PlatformSpec(platform="sandbox", text_limit=1000, source="x", as_of="2026-01-01")
    def __init__(self, folder): pass
