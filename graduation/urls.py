app_name = "graduation"

CASES: list = []
REPORT: list = []
PAPERS: list = []
FORECAST: list = []

urlpatterns = [*CASES, *REPORT, *PAPERS, *FORECAST]
