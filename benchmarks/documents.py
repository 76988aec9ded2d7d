"""Small PDF and DOCX files, made here so that every letter of them is known."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

Drawn = tuple[str, float, float, bool]  # text, size, y, bold

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def pdf(pages: Sequence[Sequence[Drawn]], *, title: str = "", encrypted: bool = False) -> bytes:
    """A PDF of these lines, in Helvetica."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
    ]
    fonts = "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
    for number, lines in enumerate(pages):
        drawn = "\n".join(
            f"BT /F{2 if bold else 1} {size} Tf 50 {y} Td ({_escaped(text)}) Tj ET"
            for text, size, y, bold in lines
        ).encode("latin-1")
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {fonts} "
            f"/Contents {6 + 2 * number} 0 R >>"
        )
        objects += [
            page.encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        ]
    objects.append(f"<< /Title ({_escaped(title)}) >>".encode("latin-1"))
    return _numbered(objects, encrypted)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _numbered(objects: list[bytes], encrypted: bool) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]"
        % (b"11" * 32, b"22" * 32)
        if encrypted
        else b""
    )
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R %s >>\n" % (
        len(objects) + 1,
        len(objects),
        lock,
    )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def docx(body: str, parts: Mapping[str, str] = {}, links: Mapping[str, str] = {}) -> bytes:
    """A DOCX package: `body` is the inside of `w:body`, `links` are external targets by id."""
    relations = "".join(
        f'<Relationship Id="{id}" Type="{OFFICE}/{"image" if "image" in id else "hyperlink"}" '
        f'Target="{target}" TargetMode="External"/>'
        for id, target in links.items()
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "word/document.xml": f'<w:document {WORD} xmlns:r="{OFFICE}" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f"<w:body>{body}</w:body></w:document>",
        **parts,
    }
    return zipped({name: text.encode() for name, text in files.items()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return out.getvalue()


def paragraph(text: str, style: str = "", list_item: bool = False) -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if list_item else ""
    return f"<w:p><w:pPr>{named}{listed}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def picture(relation: str, words: str) -> str:
    return (
        f'<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="p" descr="{words}"/><a:graphic>'
        f'<a:graphicData><pic:pic><pic:blipFill><a:blip r:link="{relation}"/></pic:blipFill>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


STYLES = f"""<w:styles {WORD}>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Q"><w:name w:val="Quote"/></w:style></w:styles>"""
NUMBERING = f"""<w:numbering {WORD}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">
<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/>
</w:num></w:numbering>"""
CORE = """<cp:coreProperties xmlns:cp="x" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Bread &amp; butter</dc:title></cp:coreProperties>"""
