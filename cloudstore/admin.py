"""What the administration shows of the cloud: sizes, times, digests and ciphertext.

Whoever looks at an encrypted document here sees what the store sees, and can open none of it.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import BinaryField, QuerySet
from django.db.models.functions import Length, Substr
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cloudstore.models import Attachment, Document, Upload
from sesphr.crypto.encoding import b64u_encode
from sesphr.web.staff.filters import period_of
from sesphr.web.staff.readonly import ReadOnlyAdmin, column
from sesphr.web.staff.shown import code, hexdump, octets, when

SHOWN = 512


class KeptFilter(SimpleListFilter):
    """What is kept for good, or still waits for its receipt."""

    title = _("state")
    parameter_name = "kept"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Both."""
        return [("yes", _("Kept")), ("no", _("Waiting for its receipt"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The ones or the others."""
        value = self.value()
        return queryset.filter(kept=value == "yes") if value in ("yes", "no") else queryset


class StoredAdmin(ReadOnlyAdmin):
    """Something that the cloud stores."""

    section = _("Storage")
    list_filter = (KeptFilter, period_of("stored"))
    ordering = ("-stored", "-id")
    sortable_by = ("stored_at",)

    @admin.display(description=_("Stored"), ordering="stored")
    def stored_at(self, row: Any) -> SafeString | str:
        """When, last."""
        return when(row.stored)

    @admin.display(description=_("Owner"))
    def owner_code(self, row: Any) -> SafeString:
        """Whose, by id."""
        return code(row.owner)

    @admin.display(description=_("Kept"))
    def kept_word(self, row: Any) -> Any:
        """Whether a key node's receipt says that the deposit was committed."""
        return _("Kept") if row.kept else _("Waiting for its receipt")

    @admin.display(description=_("Size"))
    def size_text(self, row: Any) -> str:
        """Of the encrypted octets."""
        return filesizeformat(row.size)


@admin.register(Document)
class DocumentAdmin(StoredAdmin):
    """Encrypted documents."""

    names = (_("document"), _("Documents"))
    intro = _("Encrypted documents as the store holds them: sizes, times and ciphertext.")
    list_display = (
        "stored_at",
        "record_code",
        "version_number",
        "size_text",
        "owner_code",
        "kept_word",
    )
    detail_template = "admin/document.html"
    version_number = column("version", _("Version"))
    groups = (
        (_("Document"), ("stored_at", "kept_word", "size_text", "exact_size")),
        (
            _("What it is"),
            ("owner_code", "record_code", "version_number", "digest_code", "octets_digest"),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the size, without document and manifest."""
        found = super().get_queryset(request).defer("document", "manifest")
        return found.annotate(size=Length("document"))

    def own_urls(self) -> list[URLPattern]:
        """The download."""
        return [self.page("<int:pk>/octets", require_safe(self.download), "octets")]

    def more(self, request: HttpRequest, row: Document) -> dict[str, Any]:
        """The first octets, as hexadecimal digits."""
        start = Substr("document", 1, SHOWN, output_field=BinaryField())
        begin = Document.objects.filter(pk=row.pk).values_list(start, flat=True).get()
        return {"dump": hexdump(bytes(begin)), "shown": SHOWN}

    def download(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The encrypted octets, as they are stored."""
        row = Document.objects.filter(pk=pk).only("document", "digest").first()
        if row is None:
            raise Http404
        name = f"{b64u_encode(bytes(row.digest))}.encrypted.xml"
        return HttpResponse(
            bytes(row.document),
            content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @admin.display(description=_("Octets"))
    def exact_size(self, row: Any) -> int:
        """How many exactly."""
        return int(row.size)

    @admin.display(description=_("Record"))
    def record_code(self, row: Document) -> SafeString:
        """Which."""
        return code(row.record)

    @admin.display(description=_("Digest of the manifest"))
    def digest_code(self, row: Document) -> SafeString:
        """Its name at the key nodes."""
        return code(b64u_encode(bytes(row.digest)))

    @admin.display(description=_("SHA-256 of the octets"))
    def octets_digest(self, row: Document) -> SafeString | str:
        """What a download must hash to."""
        return octets(row.octets)


@admin.register(Attachment)
class AttachmentAdmin(StoredAdmin):
    """Encrypted attachments."""

    names = (_("attachment"), _("Attachments"))
    intro = _("Encrypted files beside documents: scans and originals, under random names.")
    list_display = ("stored_at", "attachment_code", "size_text", "owner_code", "kept_word")
    groups = (
        (_("Attachment"), ("stored_at", "kept_word", "size_text", "attachment_code", "owner_code")),
        (_("What it is"), ("root_octets",)),
    )

    @admin.display(description=_("Attachment"))
    def attachment_code(self, row: Attachment) -> SafeString:
        """Which."""
        return code(row.attachment)

    @admin.display(description=_("Root of the tree over its chunks"))
    def root_octets(self, row: Attachment) -> SafeString | str:
        """What the signed manifest names."""
        return octets(row.root)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Attachments that are arriving."""

    section = _("Storage")
    names = (_("upload"), _("Uploads under way"))
    intro = _(
        "Encrypted files that arrive piece by piece, under random names."
        " What makes no progress for three days is removed."
    )
    list_filter = (period_of("touched"),)
    ordering = ("-touched", "-id")
    list_display = ("begun_at", "owner_code", "arrived", "touched_at")
    sortable_by = ("begun_at", "touched_at")
    groups = (
        (_("Upload"), ("begun_at", "touched_at", "arrived", "exact_arrived", "exact_total")),
        (_("What it is"), ("attachment_code", "owner_code")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the octets that fill no chunk yet."""
        return super().get_queryset(request).defer("tail")

    @admin.display(description=_("Since"), ordering="begun")
    def begun_at(self, row: Upload) -> SafeString | str:
        """When the first octets came."""
        return when(row.begun)

    @admin.display(description=_("Last progress"), ordering="touched")
    def touched_at(self, row: Upload) -> SafeString | str:
        """When the last octets came."""
        return when(row.touched)

    @admin.display(description=_("Owner"))
    def owner_code(self, row: Upload) -> SafeString:
        """Whose, by id."""
        return code(row.owner)

    @admin.display(description=_("Arrived"))
    def arrived(self, row: Upload) -> str:
        """How much is here, and of how much where the sender said so."""
        here = filesizeformat(row.received)
        if row.announced is None:
            return here
        sizes = {"arrived": here, "total": filesizeformat(row.announced)}
        return gettext("%(arrived)s of %(total)s") % sizes

    @admin.display(description=_("Octets that arrived"))
    def exact_arrived(self, row: Upload) -> int:
        """How many exactly."""
        return row.received

    @admin.display(description=_("Octets announced"))
    def exact_total(self, row: Upload) -> int | None:
        """How many there will be, as the sender says."""
        return row.announced

    @admin.display(description=_("Attachment"))
    def attachment_code(self, row: Upload) -> SafeString:
        """Which."""
        return code(row.attachment)
