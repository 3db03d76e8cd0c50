from django.shortcuts import render

from dashboard import queries


def home(request):
    """What waits for whoever signs in, every number a link to its rows."""
    user = request.user
    permissions = user.get_all_permissions()
    to_approve, own_waiting = queries.files_for_approval(user, permissions)
    questions = queries.questions_by_file(user, permissions)
    return render(
        request,
        "dashboard/home.html",
        {
            "to_approve": to_approve,
            "own_waiting": own_waiting,
            "questions": questions,
            "questions_total": sum(line["total"] for line in questions),
            "jobs": queries.running_jobs(user),
            "files": queries.latest_files(user, permissions),
            "families": queries.families(user, permissions),
            "may_upload": "dtks.add_snapshot" in permissions,
            "may_see_files": "dtks.view_snapshot" in permissions,
            "may_see_people": "beneficiaries.view_household" in permissions,
            "may_see_questions": "dtks.view_difference" in permissions,
            "looks_after_accounts": "accounts.change_user" in permissions,
        },
    )
